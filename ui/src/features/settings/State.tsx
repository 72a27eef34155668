import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getStatusOptions } from "../../api";
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
          [t`of the planned, waiting`, formats.number(now.queued)],
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
          </section>
        );
      }}
    </Answer>
  );
}
