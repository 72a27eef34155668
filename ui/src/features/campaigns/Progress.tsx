import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Progress as Bar, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CampaignView, getProgressOptions, type ListRecipientsData, type ProgressView, type TallyView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer, Empty } from "../../ui/states";
import { VerdictBadge } from "../../ui/VerdictBadge";
import { MESSAGE_STATES, REASONS, wordOf } from "../../ui/words";
import { Recipients } from "./Recipients";

const LIVE = 3_000;
const CALM = 30_000;

const moves = (now: ProgressView) => now.parts_done < now.parts || now.due > 0 || now.rate > 0;

/** How far a launch has come, and where its messages stand, while it goes and afterwards. */
export function Progress({ campaign }: { campaign: CampaignView }) {
  const progress = useQuery({
    ...getProgressOptions({ path: { name: campaign.name } }),
    refetchInterval: ({ state }) => (state.data && !moves(state.data) ? CALM : LIVE),
  });
  return <Answer of={progress}>{(now) => (now.proposed || now.parts_done < now.parts ? <Shown name={campaign.name} now={now} /> : <Nothing />)}</Answer>;
}

function Nothing() {
  const { t } = useLingui();
  return <Empty title={t`It has no messages`} />;
}

function Shown({ name, now }: { name: string; now: ProgressView }) {
  const { t } = useLingui();
  const formats = useFormats();
  const sum = (...states: string[]) => now.tallies.filter((one) => states.includes(one.state)).reduce((total, one) => total + one.messages, 0);
  const tiles = [
    [t`contacts`, now.proposed, ""],
    [t`sent`, sum("sent", "sending"), "send"],
    [t`still to come`, sum("open", "planned"), "queue"],
    [t`not sent`, sum("suppressed", "failed", "cancelled"), "suppress"],
    [t`held back`, sum("held"), ""],
    [t`outcome unknown`, sum("unknown"), ""],
  ] as const;
  return (
    <Stack gap="lg">
      {now.parts_done < now.parts ? (
        <Box>
          <Text size="sm" mb={4}><Trans>The gate decides: {formats.percent(now.parts_done / now.parts)} of the audience is done.</Trans></Text>
          <Bar value={(100 * now.parts_done) / now.parts} aria-label={t`How much of the audience is decided`} animated />
        </Box>
      ) : null}
      <Pace now={now} />
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        {tiles.filter(([, count], index) => index < 4 || count > 0).map(([label, count, tone], index) => (
          <Box key={label} className="paper" px="md" py="sm" style={tone ? { background: `var(--${tone}-back)`, color: `var(--${tone}-ink)` } : undefined}>
            <Text size="sm">{label}</Text>
            <Text fz={24} fw={650} className="figures">{formats.number(count)}</Text>
            {index && now.proposed ? <Text size="sm" className="figures">{formats.percent(count / now.proposed)}</Text> : null}
          </Box>
        ))}
      </SimpleGrid>
      <Box>
        <Title order={2} mb="xs"><Trans>Why</Trans></Title>
        <Tallies name={name} tallies={now.tallies} />
      </Box>
    </Stack>
  );
}

const queryOf = ({ state, verdict, reason }: TallyView) => ({ state, verdict, reason }) as NonNullable<ListRecipientsData["query"]>;

/** Verdicts and reasons, the most frequent first; each figure opens the contacts behind it. */
function Tallies({ name, tallies }: { name: string; tallies: TallyView[] }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const [opened, setOpened] = useState<TallyView | null>(null);
  return (
    <>
      <Table.ScrollContainer minWidth={300} className="paper">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th visibleFrom="sm"><Trans>Verdict</Trans></Table.Th>
              <Table.Th><Trans>Reason</Trans></Table.Th>
              <Table.Th visibleFrom="sm"><Trans>State</Trans></Table.Th>
              <Table.Th ta="end"><Trans>Messages</Trans></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="figures">
            {[...tallies].sort((one, other) => other.messages - one.messages).map((one) => {
              const reason = i18n._(wordOf(REASONS, one.reason));
              const state = i18n._(wordOf(MESSAGE_STATES, one.state));
              return (
                <Table.Tr key={`${one.state} ${one.verdict} ${one.reason}`}>
                  <Table.Td visibleFrom="sm"><VerdictBadge verdict={one.verdict} /></Table.Td>
                  <Table.Td><Box hiddenFrom="sm" mb={4}><VerdictBadge verdict={one.verdict} /></Box>{reason}<Text hiddenFrom="sm" size="sm" c="dimmed">{state}</Text></Table.Td>
                  <Table.Td visibleFrom="sm">{state}</Table.Td>
                  <Table.Td ta="end">
                    <Anchor component="button" type="button" size="sm" underline="always" aria-haspopup="dialog" onClick={() => setOpened(one)}
                      aria-label={t`Who: ${formats.number(one.messages)}, ${state}, ${reason}`}>{formats.number(one.messages)}</Anchor>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {opened ? (
        <Recipients name={name} title={`${i18n._(wordOf(MESSAGE_STATES, opened.state))} · ${i18n._(wordOf(REASONS, opened.reason))}`} query={queryOf(opened)} close={() => setOpened(null)} />
      ) : null}
    </>
  );
}

/** How fast it goes and how long it still takes, or what it waits for. */
function Pace({ now }: { now: ProgressView }) {
  const formats = useFormats();
  const deciding = now.parts_done < now.parts;
  const rate = formats.number(now.rate);
  const due = formats.number(now.due);
  const left = now.seconds_left === null ? null : formats.duration(now.seconds_left);
  if (now.state === "cancelled") return <Text><Trans>It was cancelled: none of it goes out any more.</Trans></Text>;
  if (now.state === "paused") return <Text><Trans>It is paused: none of it goes out until somebody resumes it.</Trans></Text>;
  if (!moves(now)) {
    const coming = now.tallies.some((one) => one.state === "open" || one.state === "planned");
    return <Text>{coming ? <Trans>Nothing is leaving now; what is still to come waits for its day.</Trans> : <Trans>All of it is done.</Trans>}</Text>;
  }
  if (deciding && !now.rate) return null;
  return (
    <Text role="status" className="figures">
      {deciding ? <Trans>{rate} verdicts a second.</Trans> : <Trans>{due} messages can leave now; {rate} leave a second.</Trans>}{" "}
      {left ? <Trans>About {left} left.</Trans> : null}
    </Text>
  );
}
