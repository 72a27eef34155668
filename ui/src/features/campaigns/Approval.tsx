import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Badge, Box, Button, Code, Group, Stack, Table, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { addCommentMutation, approveCampaignMutation, type DifferenceView, getApprovalOptions, type GroupView, listCommentsOptions, rejectCampaignMutation, saidOf } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { Answer, Failure } from "../../ui/states";

/** Who has to approve a campaign, what they said, what changed since, and the decision of whoever is asked. */
export function Approval({ name }: { name: string }) {
  const approval = useQuery({ ...getApprovalOptions({ path: { name } }), refetchInterval: 15_000 });
  const nameOf = useNameOf();
  return (
    <Answer of={approval}>
      {(shown) => (
        <Stack maw={820}>
          {shown.state === "needless" ? <Text><Trans>No rule asks for an approval of this campaign.</Trans></Text> : null}
          {shown.submission?.note ? <Text><b>{nameOf(shown.submission.requester)}</b>: {shown.submission.note}</Text> : null}
          {shown.groups.map((group) => <Team key={group.name} group={group} />)}
          {shown.differences?.length ? <Differences differences={shown.differences} /> : null}
          {shown.may_decide && shown.submission ? <Decision name={name} fingerprint={shown.submission.fingerprint} /> : null}
          <Comments name={name} />
        </Stack>
      )}
    </Answer>
  );
}

function Team({ group }: { group: GroupView }) {
  const formats = useFormats();
  const nameOf = useNameOf();
  const { decision } = group;
  const tone = decision ? (decision.approved ? "send" : "suppress") : "queue";
  return (
    <Box className="paper" p="md">
      <Group justify="space-between">
        <Text fw={600}>{group.title}</Text>
        <Badge tt="none" bg={`var(--${tone}-back)`} c={`var(--${tone}-ink)`}>
          {decision ? (decision.approved ? <Trans>approved</Trans> : <Trans>rejected</Trans>) : <Trans>not yet decided</Trans>}
        </Badge>
      </Group>
      {decision ? (
        <Text size="sm" mt={4}>{nameOf(decision.email)} · {formats.moment(decision.at)}{decision.comment ? ` · ${decision.comment}` : ""}</Text>
      ) : group.approvers.length ? (
        <Text size="sm" c="dimmed" mt={4}><Trans>May approve: {formats.list(group.approvers)}</Trans></Text>
      ) : (
        <Alert color="red" mt="xs" py="xs"><Trans>Nobody in this team may approve today, so nothing is let through.</Trans></Alert>
      )}
    </Box>
  );
}

function Differences({ differences }: { differences: DifferenceView[] }) {
  const told = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return (
    <Box className="paper" p="md">
      <Title order={3} mb="xs"><Trans>What is different since the last approval</Trans></Title>
      <Table.ScrollContainer minWidth={300}>
        <Table verticalSpacing={6}>
          <Table.Thead><Table.Tr><Table.Th><Trans>Field</Trans></Table.Th><Table.Th><Trans>Before</Trans></Table.Th><Table.Th><Trans>Now</Trans></Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {differences.map((one) => (
              <Table.Tr key={one.field}><Table.Th scope="row"><Code>{one.field}</Code></Table.Th><Table.Td>{told(one.before)}</Table.Td><Table.Td>{told(one.after)}</Table.Td></Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Box>
  );
}

function Decision({ name, fingerprint }: { name: string; fingerprint: string }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [comment, setComment] = useState("");
  const done = { onSuccess: () => cache.invalidateQueries() };
  const approve = useMutation({ ...approveCampaignMutation(), ...done });
  const reject = useMutation({ ...rejectCampaignMutation(), ...done });
  const asked = { path: { name }, body: { fingerprint, comment } };
  const error = approve.error ?? reject.error;
  return (
    <Box className="paper" p="md">
      <Title order={3} mb="xs"><Trans>Your decision</Trans></Title>
      <Group gap="md" mb="sm">
        <Link to="/campaigns/$name" params={{ name }} search={{ tab: "when" }}><Trans>Whom it reaches, and what gives way to it</Trans></Link>
        <Link to="/campaigns/$name" params={{ name }} search={{ tab: "review" }}><Trans>What they read</Trans></Link>
      </Group>
      <Textarea label={t`Your comment`} description={t`Required to reject`} autosize minRows={2} value={comment} onChange={(event) => setComment(event.currentTarget.value)} error={saidOf(error, "comment")} />
      {error && !saidOf(error, "comment") ? <Failure error={error} /> : null}
      <Group mt="sm">
        <Button loading={approve.isPending} onClick={() => { reject.reset(); approve.mutate(asked); }}><Trans>Approve</Trans></Button>
        <Button variant="light" color="red" loading={reject.isPending} onClick={() => { approve.reset(); reject.mutate(asked); }}><Trans>Reject</Trans></Button>
      </Group>
    </Box>
  );
}

function Comments({ name }: { name: string }) {
  const { t } = useLingui();
  const formats = useFormats();
  const cache = useQueryClient();
  const [text, setText] = useState("");
  const path = { name };
  const comments = useQuery(listCommentsOptions({ path }));
  const nameOf = useNameOf();
  const add = useMutation({
    ...addCommentMutation(),
    onSuccess: async () => {
      setText("");
      await cache.invalidateQueries({ queryKey: listCommentsOptions({ path }).queryKey });
    },
  });
  return (
    <Box className="paper" p="md">
      <Title order={3} mb="xs"><Trans>Comments</Trans></Title>
      <Answer of={comments}>
        {(listed) => listed.map((one) => (
          <Box key={one.id} mb="xs"><Text size="sm" c="dimmed">{nameOf(one.actor)} · {formats.moment(one.at)}</Text><Text size="sm">{one.text}</Text></Box>
        ))}
      </Answer>
      <form onSubmit={(event) => { event.preventDefault(); add.mutate({ path, body: { text } }); }}>
        <Textarea aria-label={t`Your comment`} placeholder={t`Say something to your colleagues`} required autosize minRows={2} value={text} onChange={(event) => setText(event.currentTarget.value)} error={saidOf(add.error, "text")} />
        <Button type="submit" variant="default" size="sm" mt="xs" loading={add.isPending}><Trans>Comment</Trans></Button>
      </form>
    </Box>
  );
}
