import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, ScrollArea, Select, Stack, Switch, Table, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type JourneyDetailView, type SimulationView, simulateJourney } from "../../api";
import { useFormats } from "../../ui/dates";
import { Failure } from "../../ui/states";
import { REASONS, wordOf } from "../../ui/words";
import { stepNamed } from "./document";
import { useDrawing } from "./drawing";

const LENGTHS = [30, 60, 90, 120];

/** What the draft would do in the days to come, by the real gate; nothing is sent. */
export function Simulate({ found, close }: { found: JourneyDetailView; close: () => void }) {
  const { t } = useLingui();
  const formats = useFormats();
  const { story } = useDrawing();
  const [days, setDays] = useState(30);
  const [repeat, setRepeat] = useState(true);
  const simulation = useMutation({
    mutationFn: async () => (await simulateJourney({ path: { name: found.name }, body: { days, repeat }, throwOnError: true })).data,
  });
  return (
    <Modal opened onClose={close} size="xl" title={t`What “${found.name}” would do`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm"><Trans>The journey runs for the days to come with a part of your contacts, beside all that is planned, through the real gate. Nothing is sent and nothing is kept.</Trans></Text>
        <Group align="flex-end">
          <Select label={t`How long`} w={160} allowDeselect={false} value={String(days)} onChange={(value) => setDays(Number(value))} data={LENGTHS.map((one) => ({ value: String(one), label: story.unit(one, "day") }))} />
          <Switch label={t`The events of as many days before happen again`} checked={repeat} onChange={(event) => setRepeat(event.currentTarget.checked)} mb={8} />
          <Button loading={simulation.isPending} onClick={() => simulation.mutate()} ml="auto"><Trans>Simulate</Trans></Button>
        </Group>
        {simulation.isPending ? <Text size="sm" c="dimmed" role="status"><Trans>This takes some seconds.</Trans></Text> : null}
        {simulation.error ? <Failure error={simulation.error} /> : null}
        {simulation.data ? (
          <>
            <Text role="status"><b>{formats.number(simulation.data.sampled)}</b> <Trans>of {formats.number(simulation.data.contacts)} contacts were looked at; the figures are of those.</Trans></Text>
            <Outcome told={simulation.data} />
          </>
        ) : null}
      </Stack>
    </Modal>
  );
}

function Outcome({ told }: { told: SimulationView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const { journey, story } = useDrawing();
  const most = Math.max(1, ...told.by_day.map((one) => one.sent + one.not_sent));
  const bar = (count: number, tone: string) => (count ? <span style={{ display: "inline-block", height: 10, width: `${(100 * count) / most}%`, background: `var(--${tone})` }} /> : null);
  return (
    <>
      <Text fw={600}>
        <Plural value={told.sent} one="# message goes" other="# messages go" />, <Plural value={told.late} one="# of them late" other="# of them late" />, <Plural value={told.not_sent} one="# does not go" other="# do not go" />.
      </Text>
      {Object.keys(told.reasons).length ? (
        <Text size="sm" c="dimmed">{formats.list(Object.entries(told.reasons).map(([reason, count]) => `${i18n._(wordOf(REASONS, reason))} (${formats.number(count)})`))}</Text>
      ) : null}
      {told.by_day.length ? (
        <ScrollArea.Autosize mah={240} viewportProps={{ tabIndex: 0 }}>
          <Table verticalSpacing={4}>
            <Table.Thead><Table.Tr><Table.Th><Trans>Day</Trans></Table.Th><Table.Th ta="end"><Trans>Goes</Trans></Table.Th><Table.Th ta="end"><Trans>Late</Trans></Table.Th><Table.Th ta="end"><Trans>Not sent</Trans></Table.Th><Table.Th w="40%" visibleFrom="sm" aria-hidden /></Table.Tr></Table.Thead>
            <Table.Tbody>
              {told.by_day.map((one) => (
                <Table.Tr key={one.day} className="figures">
                  <Table.Td>{formats.shortDay(one.day)}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.sent)}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.late)}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.not_sent)}</Table.Td>
                  <Table.Td visibleFrom="sm" aria-hidden>{bar(one.sent - one.late, "send")}{bar(one.late, "queue")}{bar(one.not_sent, "suppress")}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      ) : null}
      <Table.ScrollContainer minWidth={320}>
        <Table verticalSpacing={4}>
          <Table.Thead><Table.Tr><Table.Th><Trans>Step</Trans></Table.Th><Table.Th ta="end"><Trans>Came</Trans></Table.Th><Table.Th ta="end"><Trans>Waiting</Trans></Table.Th><Table.Th ta="end"><Trans>Converted</Trans></Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {told.figures.nodes.map((one) => {
              const step = stepNamed(journey, one.node);
              return (
                <Table.Tr key={one.node} className="figures">
                  <Table.Td>{step ? step.label || story.sentence(step, journey) : one.node}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.came)}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.waiting)}</Table.Td>
                  <Table.Td ta="end">{formats.number(one.converted)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
