import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Code, Group, Table, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DeadLetterView, discardDeadLettersMutation, listDeadLettersOptions, replayDeadLettersMutation } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer, Empty, Failure } from "../../ui/states";

/** Events that nobody could understand: why, and to try them again or throw them away. */
export function DeadLetters() {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [before, setBefore] = useState<number>();
  const found = useQuery(listDeadLettersOptions({ query: { before } }));
  const done = (said: string) => ({
    onSuccess: async () => {
      notifications.show({ message: said });
      await cache.invalidateQueries({ queryKey: ["listDeadLetters"] });
      await found.refetch();
    },
  });
  const replay = useMutation({ ...replayDeadLettersMutation(), ...done(t`They are looked at again within a moment.`) });
  const discard = useMutation({ ...discardDeadLettersMutation(), ...done(t`It is thrown away.`) });
  const failed = replay.error ?? discard.error;
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>Events that were not understood</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>They stop nothing else, and are kept for a while. When the cause is mended, replay them: they keep their times and count once.</Trans></Text>
      {failed ? <Failure error={failed} /> : null}
      <Answer of={found}>
        {({ letters, count }) => letters.length ? (
          <>
            <Group mb="md">
              <Text><Plural value={count} one="# event" other="# events" /></Text>
              <Button size="xs" variant="default" loading={replay.isPending} onClick={() => replay.mutate({ body: { ids: null } })}><Trans>Replay all</Trans></Button>
            </Group>
            <Table.ScrollContainer minWidth={320} className="paper">
              <Table verticalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th><Trans>Why</Trans></Table.Th>
                    <Table.Th visibleFrom="sm"><Trans>Key</Trans></Table.Th>
                    <Table.Th aria-label={t`Actions`} w={120} />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {letters.map((one) => (
                    <Letter key={one.id} letter={one} replay={() => replay.mutate({ body: { ids: [one.id] } })} discard={() => discard.mutate({ body: { ids: [one.id] } })} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Group mt="md">
              {before ? <Button variant="default" onClick={() => setBefore(undefined)}><Trans>Newest</Trans></Button> : null}
              {letters.length < count ? <Button variant="default" onClick={() => setBefore(letters.at(-1)?.id)}><Trans>Older</Trans></Button> : null}
            </Group>
          </>
        ) : <Empty title={t`Everything was understood`} />}
      </Answer>
    </Box>
  );
}

interface LetterProps {
  letter: DeadLetterView;
  replay: () => void;
  discard: () => void;
}

function Letter({ letter, replay, discard }: LetterProps) {
  const formats = useFormats();
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        <Text fw={600}>{letter.reason}</Text>
        <Text size="sm" c="dimmed">{formats.moment(letter.received_at)}</Text>
        <details>
          <summary><Text span size="sm"><Trans>What was sent</Trans></Text></summary>
          <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{letter.body}</Code>
        </details>
      </Table.Td>
      <Table.Td visibleFrom="sm">{letter.key}</Table.Td>
      <Table.Td>
        <Button size="xs" variant="default" fullWidth mb={4} onClick={replay}><Trans>Replay</Trans></Button>
        <Button size="xs" variant="subtle" color="red" fullWidth onClick={discard}><Trans>Throw away</Trans></Button>
      </Table.Td>
    </Table.Tr>
  );
}
