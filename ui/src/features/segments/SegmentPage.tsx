import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Center, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { type RuleAnswerView, explainSegmentOptions, getSegmentOptions, listMembers, type SegmentDetail } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";
import { SegmentForm } from "./SegmentForm";

const SOON = 2_000;
const PAGE = 25;
const route = getRouteApi("/inside/segments/$key");

/** One segment: its rule, who is in it, what uses it, and why a contact is in or out. */
export function SegmentPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const { key } = route.useParams();
  const [editing, setEditing] = useState(false);
  const segment = useQuery({ ...getSegmentOptions({ path: { key } }), refetchInterval: (query) => (query.state.data && !query.state.data.refreshed_at ? SOON : false) });
  const edit = may("campaigns.write") && !editing && segment.data ? <Button leftSection={<IconPencil size={18} aria-hidden />} onClick={() => setEditing(true)}><Trans>Change</Trans></Button> : null;
  return (
    <Page title={segment.data?.name ?? t`Segment`} lead={segment.data?.description} actions={edit}>
      <Answer of={segment}>
        {(shown) => (editing ? <SegmentForm segment={shown} done={() => setEditing(false)} /> : <Shown segment={shown} />)}
      </Answer>
    </Page>
  );
}

function Shown({ segment }: { segment: SegmentDetail }) {
  const formats = useFormats();
  const version = formats.number(segment.version);
  return (
    <Stack>
      <Paper withBorder p="md">
        <Stack gap="xs">
          <Text style={{ overflowWrap: "anywhere" }}>{segment.text}</Text>
          <Text fw={600} role="status">{segment.refreshed_at ? <Plural value={segment.members} one="# contact" other="# contacts" /> : <Trans>Its members are being found.</Trans>}</Text>
          <Text size="sm" c="dimmed"><Trans>Version {version} by {segment.actor}</Trans>{segment.used_by.length ? <> · <Trans>Used by {segment.used_by.map((one) => one.name).join(", ")}</Trans></> : null}</Text>
        </Stack>
      </Paper>
      <Why segmentKey={segment.key} />
      <Members segment={segment} />
    </Stack>
  );
}

function Why({ segmentKey }: { segmentKey: string }) {
  const { t } = useLingui();
  const [contact, setContact] = useState("");
  const [asked, setAsked] = useState("");
  const why = useQuery({ ...explainSegmentOptions({ path: { key: segmentKey }, query: { contact: asked } }), enabled: asked !== "", retry: false });
  return (
    <Paper withBorder p="md">
      <form onSubmit={(event) => { event.preventDefault(); setAsked(contact.trim()); }}>
        <Group align="flex-end">
          <TextInput label={t`Why is somebody in it, or not?`} placeholder={t`id or e-mail address`} value={contact} onChange={(event) => setContact(event.currentTarget.value)} style={{ flex: 1 }} miw={180} />
          <Button type="submit" variant="default" loading={why.isFetching}><Trans>Tell</Trans></Button>
        </Group>
      </form>
      {why.error ? <Failure error={why.error} /> : null}
      {why.data ? <Stack gap={4} mt="sm" role="status"><Told answer={why.data.answer} depth={0} /></Stack> : null}
    </Paper>
  );
}

function Told({ answer, depth }: { answer: RuleAnswerView; depth: number }) {
  const { t } = useLingui();
  return (
    <>
      <Group gap="xs" wrap="nowrap" ml={depth * 20} align="flex-start">
        {answer.holds ? <IconCheck size={18} color="var(--mantine-color-teal-6)" aria-label={t`holds`} style={{ flexShrink: 0 }} /> : <IconX size={18} color="var(--mantine-color-red-6)" aria-label={t`does not hold`} style={{ flexShrink: 0 }} />}
        <Text size="sm" fw={answer.parts.length ? 600 : undefined} style={{ overflowWrap: "anywhere" }}>{answer.text}</Text>
      </Group>
      {answer.parts.map((part, index) => <Told key={index} answer={part} depth={depth + 1} />)}
    </>
  );
}

function Members({ segment }: { segment: SegmentDetail }) {
  const formats = useFormats();
  const members = useInfiniteQuery({
    queryKey: ["members", segment.key, segment.version, segment.members],
    initialPageParam: 0,
    queryFn: async ({ pageParam }) => (await listMembers({ path: { key: segment.key }, query: { after: pageParam, limit: PAGE }, throwOnError: true })).data,
    getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)?.id : undefined),
  });
  return (
    <Answer of={members}>
      {(data) => {
        const listed = data.pages.flat();
        return listed.length ? (
          <Stack gap="xs">
            <Title order={2} size="h4"><Trans>Who is in it</Trans></Title>
            {listed.map((one) => (
              <Group key={one.id} justify="space-between" wrap="nowrap">
                <Text size="sm" truncate miw={0}><Link to="/contacts/$id" params={{ id: one.contact }}>{one.name || one.email || one.contact}</Link>{one.account ? <Text span c="dimmed"> · {one.account}</Text> : null}</Text>
                <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>{one.since ? formats.day(one.since.slice(0, 10)) : null}</Text>
              </Group>
            ))}
            {members.hasNextPage ? <Center><Button variant="default" loading={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}><Trans>Show more</Trans></Button></Center> : null}
          </Stack>
        ) : null;
      }}
    </Answer>
  );
}
