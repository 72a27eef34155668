import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Badge, Box, Button, Group, Menu, Table, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconWebhook } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { disableWebhookMutation, enableWebhookMutation, listWebhooksOptions, removeWebhookMutation, renewWebhookSecretMutation, testWebhookMutation, type WebhookView } from "../../api";
import { Answer, Empty, Failure } from "../../ui/states";
import { Secret } from "./Secret";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookLog } from "./WebhookLog";

interface Shown {
  name: string;
  secret: string;
}

/** The addresses that are told what happens. */
export function Webhooks() {
  const { t } = useLingui();
  const cache = useQueryClient();
  const webhooks = useQuery(listWebhooksOptions());
  const [edited, setEdited] = useState<WebhookView | "new" | null>(null);
  const [read, setRead] = useState<string | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const again = () => cache.invalidateQueries({ queryKey: listWebhooksOptions().queryKey });
  const test = useMutation({ ...testWebhookMutation(), onSuccess: () => notifications.show({ message: t`A test is on its way; its answer stands in the log within a moment.` }) });
  const disable = useMutation({ ...disableWebhookMutation(), onSuccess: again });
  const enable = useMutation({ ...enableWebhookMutation(), onSuccess: again });
  const remove = useMutation({ ...removeWebhookMutation(), onSuccess: again });
  const renew = useMutation({ ...renewWebhookSecretMutation(), onSuccess: ({ secret }, { path }) => setShown({ name: path.name, secret }) });
  const failed = [test, disable, enable, remove, renew].find((one) => one.error)?.error;
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>Webhooks</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>Addresses of other programs that are told of messages and consents as they change, signed and again and again until they answer.</Trans></Text>
      <Button mb="md" leftSection={<IconWebhook size={18} aria-hidden />} onClick={() => setEdited("new")}><Trans>Add a webhook</Trans></Button>
      {failed ? <Failure error={failed} /> : null}
      <Answer of={webhooks}>
        {(listed) => listed.length ? (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>Name</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>Told of</Trans></Table.Th>
                  <Table.Th aria-label={t`Actions`} w={56} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map((one) => (
                  <Row key={one.name} webhook={one}>
                    <Menu.Item onClick={() => setRead(one.name)}><Trans>Log</Trans></Menu.Item>
                    <Menu.Item onClick={() => test.mutate({ path: { name: one.name } })}><Trans>Send a test</Trans></Menu.Item>
                    <Menu.Item onClick={() => setEdited(one)}><Trans>Edit …</Trans></Menu.Item>
                    <Menu.Item onClick={() => renew.mutate({ path: { name: one.name } })}><Trans>Make a new secret</Trans></Menu.Item>
                    {one.disabled_at
                      ? <Menu.Item onClick={() => enable.mutate({ path: { name: one.name } })}><Trans>Enable again</Trans></Menu.Item>
                      : <Menu.Item onClick={() => disable.mutate({ path: { name: one.name } })}><Trans>Disable</Trans></Menu.Item>}
                    {one.disabled_at ? <Menu.Item color="red" onClick={() => remove.mutate({ path: { name: one.name } })}><Trans>Remove with its log</Trans></Menu.Item> : null}
                  </Row>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        ) : <Empty title={t`No program is told of anything yet`} />}
      </Answer>
      {edited ? <WebhookDialog webhook={edited === "new" ? null : edited} close={() => setEdited(null)} made={setShown} /> : null}
      {shown ? <Secret title={shown.name} secret={shown.secret} close={() => setShown(null)} /> : null}
      {read ? <WebhookLog name={read} close={() => setRead(null)} /> : null}
    </Box>
  );
}

function Row({ webhook, children }: { webhook: WebhookView; children: React.ReactNode }) {
  const { t } = useLingui();
  const { name } = webhook;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600} style={{ overflowWrap: "anywhere" }}>
        <Group gap="xs">
          {name}
          {webhook.disabled_at ? <Badge variant="default" tt="none"><Trans>disabled</Trans></Badge> : webhook.failing_since ? <Badge tt="none" bg="var(--queue-back)" c="var(--queue-ink)"><Trans>does not answer</Trans></Badge> : null}
        </Group>
        <Text size="sm" c="dimmed">{webhook.url}</Text>
        <Text size="sm" c="dimmed" hiddenFrom="sm">{webhook.kinds.join(", ")}</Text>
      </Table.Th>
      <Table.Td visibleFrom="sm"><Text size="sm">{webhook.kinds.join(", ")}</Text></Table.Td>
      <Table.Td>
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`What to do with ${name}`}><IconDots size={18} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>{children}</Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}
