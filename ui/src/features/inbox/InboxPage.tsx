import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type EntryView, getInboxOptions, getInboxQueryKey, type InboxView, readInboxMutation } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer, Empty } from "../../ui/states";

/** What the person is told: what became of their messages, and what to do about it. Seeing it is reading it. */
export function InboxPage() {
  const { t } = useLingui();
  const inbox = useQuery(getInboxOptions());
  return (
    <Page title={t`Inbox`} lead={<Trans>What became of what you sent, why, and what you can do; and what colleagues want from you.</Trans>}>
      <Answer of={inbox}>{(found) => <Entries inbox={found} />}</Answer>
    </Page>
  );
}

function Entries({ inbox }: { inbox: InboxView }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [fresh, setFresh] = useState<Set<number>>(() => new Set());
  const { mutate: read } = useMutation({ ...readInboxMutation(), onSuccess: (now) => cache.setQueryData(getInboxQueryKey(), now) });
  const newest = inbox.entries.find((one) => !one.read)?.changed_at;
  useEffect(() => {
    if (!newest) return;
    setFresh((old) => new Set([...old, ...inbox.entries.filter((one) => !one.read).map((one) => one.id)]));
    read({ body: { until: newest } });
  }, [newest, inbox.entries, read]);
  if (!inbox.entries.length) return <Empty title={t`There is nothing to tell`}>{t`When messages of yours go later than wished, or are not sent, you read here why, and what you can do.`}</Empty>;
  return <Stack gap="sm">{inbox.entries.map((one) => <Entry key={one.id} entry={one} fresh={fresh.has(one.id)} />)}</Stack>;
}

function Entry({ entry, fresh }: { entry: EntryView; fresh: boolean }) {
  const formats = useFormats();
  return (
    <Box className="paper" p="md" component="article" aria-label={entry.title}>
      <Group justify="space-between" gap="xs" align="baseline">
        <Title order={2} fz="md">
          <Titled entry={entry} />
        </Title>
        <Group gap="xs">
          {fresh ? <Badge tt="none" variant="light"><Trans>new</Trans></Badge> : null}
          <Text size="sm" c="dimmed" className="figures" component="time" dateTime={entry.changed_at}>{formats.moment(entry.changed_at)}</Text>
        </Group>
      </Group>
      {entry.lines.length ? (
        <Stack component="ul" gap={6} mt="xs" mb={0} pl="lg">
          {entry.lines.map((line) => (
            <li key={line.text}>
              <Text>{line.text}</Text>
              {line.advice ? <Text size="sm" c="dimmed">{line.advice}</Text> : null}
            </li>
          ))}
        </Stack>
      ) : null}
    </Box>
  );
}

/** The title, which leads to what it is about. */
function Titled({ entry }: { entry: EntryView }) {
  if (entry.kind === "task") return <Link to="/tasks" search={{}}>{entry.title}</Link>;
  if (entry.kind.startsWith("request")) return <Link to="/requests">{entry.title}</Link>;
  if (["complaints", "stream_stopped", "reply"].includes(entry.kind)) return <>{entry.title}</>;
  return entry.about ? <Link to="/campaigns/$name" params={{ name: entry.about }} search={{}}>{entry.title}</Link> : <>{entry.title}</>;
}
