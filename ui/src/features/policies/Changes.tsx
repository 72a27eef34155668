import { Trans, useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ChangedView, PolicyChangesView } from "../../api";
import { useFormats } from "../../ui/dates";

/** What a change of the policies would do to the messages of the next 30 days. */
export function Changes({ changes }: { changes: PolicyChangesView }) {
  const { t } = useLingui();
  const formats = useFormats();
  const { total } = changes;
  const moved = total.later + total.earlier + total.waits + total.falls + total.comes;
  if (!moved) return <Text><Trans>None of the {formats.number(changes.messages)} messages that have not left yet would change.</Trans></Text>;
  const kinds: [keyof ChangedView & ("later" | "earlier" | "waits" | "falls" | "comes"), string][] = [
    ["later", t`go later`], ["earlier", t`go earlier`], ["waits", t`wait without a day`], ["falls", t`are no longer sent`], ["comes", t`get a day`],
  ];
  const told = (one: ChangedView) => kinds.filter(([kind]) => one[kind] > 0).map(([kind, word]) => `${formats.number(one[kind])} ${word}`).join(" · ");
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="xs">
        {kinds.map(([kind, word]) => (
          <Box key={kind} className="paper" px="sm" py="xs"><Text size="sm" c="dimmed">{word}</Text><Text fz="xl" fw={650} className="figures">{formats.number(total[kind])}</Text></Box>
        ))}
      </SimpleGrid>
      {changes.sampled < changes.contacts ? <Text size="sm" c="dimmed"><Trans>Estimated from {formats.number(changes.sampled)} of {formats.number(changes.contacts)} contacts.</Trans></Text> : null}
      <Table verticalSpacing={6}>
        <Table.Tbody className="figures">
          {changes.campaigns.map((one) => <Table.Tr key={`${one.name} ${one.team}`}><Table.Th scope="row" fw={500}>{one.name}</Table.Th><Table.Td>{told(one)}</Table.Td></Table.Tr>)}
        </Table.Tbody>
      </Table>
      {changes.examples.length ? (
        <Box>
          <Title order={3} mb={4}><Trans>For example</Trans></Title>
          <Stack gap={2} component="ul" pl="md" m={0}>
            {changes.examples.map((one) => (
              <Text key={one.id} component="li" size="sm">
                <Link to="/contacts/$id" params={{ id: one.contact }}>{one.name || one.contact}</Link> · {one.campaign} · {one.before ? formats.shortDay(one.before) : t`no day`} → {one.after ? formats.shortDay(one.after) : t`no day`}{one.rule ? ` (${one.rule})` : ""}
              </Text>
            ))}
          </Stack>
        </Box>
      ) : null}
    </Stack>
  );
}
