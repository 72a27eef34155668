import { useLingui } from "@lingui/react/macro";
import { Badge, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type AccountView, getAccountOptions, getAccountStripOptions } from "../../api";
import { usePlaces } from "../../ui/places";
import { Answer } from "../../ui/states";
import { STAGES, wordOf } from "../../ui/words";
import { Customer } from "./Customer";
import { Hold } from "./Holds";
import { Facts } from "./Profile";

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
  const name = account.name || account.external_id;
  return (
    <Customer
      sort="account" id={account.external_id} title={name} strip={strip} nothing={t`No message is planned for anybody at this account.`}
      lead={
        <Group gap="xs">
          <Text span>{account.external_id}</Text>
          {account.stage ? <Badge variant="default" tt="none">{i18n._(wordOf(STAGES, account.stage))}</Badge> : null}
        </Group>
      }
      actions={<Hold sort="account" id={account.external_id} name={name} />}
    >
      <Facts title={t`Account`} facts={[[t`Time zone`, account.zone], [t`Country`, [account.country && places.country(account.country), account.region].filter(Boolean).join(" · ")]]} attributes={account.attributes} />
    </Customer>
  );
}
