import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listApprovalsOptions, type WaitingView } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer, Empty } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { TYPES, wordOf } from "../../ui/words";

/** The campaigns that wait for approval: first those for which one is asked oneself. */
export function ApprovalsPage() {
  const { t } = useLingui();
  const waiting = useQuery({ ...listApprovalsOptions(), refetchInterval: 30_000 });
  return (
    <Page title={t`Approvals`} lead={<Trans>Campaigns that may not be launched before somebody else has approved them.</Trans>}>
      <Answer of={waiting}>
        {(listed) => {
          const mine = listed.filter((one) => one.may_decide);
          const others = listed.filter((one) => !one.may_decide);
          if (!listed.length) return <Empty title={t`Nothing waits for approval`} />;
          return (
            <Stack gap="xl">
              {mine.length ? <Waiting title={t`You are asked`} campaigns={mine} /> : null}
              {others.length ? <Waiting title={t`Others are asked`} campaigns={others} /> : null}
            </Stack>
          );
        }}
      </Answer>
    </Page>
  );
}

function Waiting({ title, campaigns }: { title: string; campaigns: WaitingView[] }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const nameOf = useNameOf();
  return (
    <section>
      <Title order={2} mb="xs">{title}</Title>
      <Stack gap="xs">
        {campaigns.map((one) => (
          <Box key={one.campaign} className="paper" p="md">
            <Text fw={650}><Link to="/campaigns/$name" params={{ name: one.campaign }} search={{ tab: "approval" }}>{one.campaign}</Link></Text>
            <Text size="sm" c="dimmed">{[i18n._(wordOf(TYPES, one.type)), titleOf(one.team), one.topic].filter(Boolean).join(" · ")}</Text>
            <Text size="sm" mt={4}><Trans>Submitted by {nameOf(one.requester)}, {formats.moment(one.at)}</Trans>{one.note ? `: ${one.note}` : ""}</Text>
            <Group gap="xs" mt={6}>
              <Text size="sm" c="dimmed"><Trans>Waits for</Trans></Text>
              {one.waits_for.map((team) => <Badge key={team} variant="default" tt="none">{titleOf(team)}</Badge>)}
            </Group>
          </Box>
        ))}
      </Stack>
    </section>
  );
}
