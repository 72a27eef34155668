import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type AccountView, getAccountOptions, getAccountStripOptions } from "../../api";
import { Page } from "../../ui/Page";
import { usePlaces } from "../../ui/places";
import { Answer } from "../../ui/states";
import { STAGES, wordOf } from "../../ui/words";
import { Coming } from "./Coming";
import { Hold } from "./Holds";
import { Facts } from "./Profile";
import { Timeline } from "./Timeline";

const route = getRouteApi("/inside/accounts/$id");

/** An account: what is to come for everybody there and why, and what has been. */
export function AccountPage() {
  const { id } = route.useParams();
  const account = useQuery(getAccountOptions({ path: { external_id: id } }));
  return <Answer of={account}>{(one) => <Account account={one} />}</Answer>;
}

function Account({ account }: { account: AccountView }) {
  const { t, i18n } = useLingui();
  const places = usePlaces();
  const strip = useQuery({ ...getAccountStripOptions({ path: { external_id: account.external_id } }), refetchInterval: 15_000 });
  return (
    <Page
      title={account.name || account.external_id}
      lead={
        <Group gap="xs">
          <Text span>{account.external_id}</Text>
          {account.stage ? <Badge variant="default" tt="none">{i18n._(wordOf(STAGES, account.stage))}</Badge> : null}
        </Group>
      }
      actions={<Hold sort="account" id={account.external_id} name={account.name || account.external_id} />}
    >
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, lg: 8 }} miw={0}>
          <Stack gap="xl">
            <Box component="section">
              <Title order={2} mb="sm"><Trans>What is to come, and why</Trans></Title>
              <Answer of={strip}>{(told) => <Coming told={told} nothing={t`No message is planned for anybody at this account.`} named />}</Answer>
            </Box>
            <Box component="section">
              <Title order={2} mb="sm"><Trans>What has happened</Trans></Title>
              <Timeline sort="account" id={account.external_id} />
            </Box>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }} miw={0}>
          <Facts title={t`Account`} facts={[[t`Time zone`, account.zone], [t`Country`, [account.country && places.country(account.country), account.region].filter(Boolean).join(" · ")]]} attributes={account.attributes} />
        </Grid.Col>
      </Grid>
    </Page>
  );
}
