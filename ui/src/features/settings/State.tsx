import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getStatusOptions, type StatusView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer } from "../../ui/states";
import { MESSAGE_STATES, wordOf } from "../../ui/words";

/** Where all messages stand, and who works on them. */
export function State() {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const status = useQuery({ ...getStatusOptions(), refetchInterval: 5_000 });
  return (
    <Answer of={status}>
      {(now) => {
        const tiles = [
          ...Object.entries(now.messages).map(([state, count]) => [i18n._(wordOf(MESSAGE_STATES, state)), formats.number(count)]),
          [t`waiting, of those planned`, formats.number(now.queued)],
          [t`handed over per second`, formats.number(now.rate)],
          [t`longest overdue, in seconds`, formats.number(Math.round(now.oldest_wait_seconds))],
          [t`workers`, formats.number(now.workers.length)],
        ];
        return (
          <section aria-label={t`State`}>
            <Text c="dimmed" mb="sm"><Trans>All messages of all teams at this moment.</Trans></Text>
            <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
              {tiles.map(([label, count]) => (
                <div key={label} className="paper" style={{ padding: "0.75rem 1rem" }}>
                  <Text size="sm" c="dimmed">{label}</Text>
                  <Text fz="xl" fw={650} className="figures">{count}</Text>
                </div>
              ))}
            </SimpleGrid>
            <Troubles now={now} />
          </section>
        );
      }}
    </Answer>
  );
}

/** What needs somebody: figures that are missing, and what is set aside after a defect. */
function Troubles({ now }: { now: StatusView }) {
  const formats = useFormats();
  return (
    <Stack gap="xs" mt="md">
      {now.missing.map(({ figure, messages }) => (
        <Alert key={figure} color="yellow" py="xs">
          <Plural value={messages} one="# message is held back" other="# messages are held back" />: <Trans>the figure “{figure}” is missing. Fill it in for these contacts or accounts, and the messages go on by themselves.</Trans>
        </Alert>
      ))}
      {now.set_aside.map((one) => (
        <Alert key={`${one.unit} ${one.error}`} color="red" py="xs">
          {one.unit === "account" ? <Plural value={one.count} one="# account is set aside" other="# accounts are set aside" />
            : one.unit === "launch" ? <Plural value={one.count} one="# part of a launch is set aside" other="# parts of a launch are set aside" />
              : <Plural value={one.count} one="# message is set aside" other="# messages are set aside" />}: <Trans>{one.error}, since {formats.moment(one.since)}. Pauta tries again by itself.</Trans>
        </Alert>
      ))}
    </Stack>
  );
}
