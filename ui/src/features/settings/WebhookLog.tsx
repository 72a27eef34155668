import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Code, Modal, Table, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { deliverAgainMutation, type DeliveryView, listWebhookDeliveriesOptions } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer, Empty, Failure } from "../../ui/states";

/** What a webhook was told, and what it answered. */
export function WebhookLog({ name, close }: { name: string; close: () => void }) {
  const { t } = useLingui();
  const told = useQuery({ ...listWebhookDeliveriesOptions({ path: { name } }), refetchInterval: 3000 });
  const again = useMutation({ ...deliverAgainMutation(), onSuccess: () => told.refetch() });
  return (
    <Modal opened onClose={close} size="lg" title={t`What ${name} was told`} closeButtonProps={{ "aria-label": t`Close` }}>
      {again.error ? <Failure error={again.error} /> : null}
      <Answer of={told}>
        {(listed) => listed.length ? (
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th><Trans>When</Trans></Table.Th>
                <Table.Th><Trans>Answer</Trans></Table.Th>
                <Table.Th aria-label={t`Actions`} w={120} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {listed.map((one) => <Row key={one.id} told={one} again={() => again.mutate({ path: { name, delivery: one.id } })} />)}
            </Table.Tbody>
          </Table>
        ) : <Empty title={t`It was told nothing yet`} />}
      </Answer>
    </Modal>
  );
}

function Row({ told, again }: { told: DeliveryView; again: () => void }) {
  const formats = useFormats();
  const next = told.due_at ? formats.moment(told.due_at) : "";
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600} style={{ verticalAlign: "top" }}>
        {told.kind}
        <Text size="sm" c="dimmed" fw={400}>{formats.moment(told.created_at)}</Text>
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        {told.delivered_at ? <Text><Trans>taken</Trans>: {told.status}</Text> : told.due_at ? <Text><Trans>is tried again: {next}</Trans></Text> : <Text><Trans>given up</Trans></Text>}
        {told.delivered_at || !told.tries ? null : <Text size="sm" c="dimmed">{told.status} {told.answer}</Text>}
        <details>
          <summary><Text span size="sm"><Trans>What was sent</Trans></Text></summary>
          <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{JSON.stringify(told.body, null, 1)}</Code>
        </details>
      </Table.Td>
      <Table.Td><Button size="xs" variant="default" onClick={again}><Trans>Try again</Trans></Button></Table.Td>
    </Table.Tr>
  );
}
