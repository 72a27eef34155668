import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Group, Modal, Select, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKeyMutation, listKeysOptions, revokeKeyMutation, saidOf } from "../../api";
import { useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Answer, Empty, Failure } from "../../ui/states";
import { ROLES, wordOf } from "../../ui/words";
import { Secret } from "./Secret";

/** What a key may do, the write key first. */
const KEY_ROLES = { source: msg`write key: sends events`, ...ROLES };

interface Made {
  name: string;
  secret: string;
}

/** The keys with which programs come in. */
export function Keys() {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const cache = useQueryClient();
  const keys = useQuery(listKeysOptions());
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [ending, setEnding] = useState<string | null>(null);
  const writes = may("team.write");
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>Keys</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>Programs come in with a key. A write key may only send events; it reads nothing, but whoever finds it in a web page can send them in anybody's name.</Trans></Text>
      {writes ? <Button mb="md" leftSection={<IconKey size={18} aria-hidden />} onClick={() => setAdding(true)}><Trans>Make a key</Trans></Button> : null}
      <Answer of={keys}>
        {(listed) => listed.length ? (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>Name</Trans></Table.Th>
                  <Table.Th><Trans>Role</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>Made</Trans></Table.Th>
                  {writes ? <Table.Th aria-label={t`Actions`} w={110} /> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map((one) => (
                  <Table.Tr key={one.name}>
                    <Table.Th scope="row" fw={600} style={{ overflowWrap: "anywhere" }}>
                      <Group gap="xs">{one.name}{one.revoked_at ? <Badge variant="default" tt="none"><Trans>revoked</Trans></Badge> : null}</Group>
                    </Table.Th>
                    <Table.Td>{i18n._(wordOf(KEY_ROLES, one.role))}</Table.Td>
                    <Table.Td visibleFrom="sm">{formats.moment(one.created_at)}</Table.Td>
                    {writes ? <Table.Td>{one.revoked_at ? null : <Button size="xs" variant="default" onClick={() => setEnding(one.name)} aria-label={t`Revoke ${one.name}`}><Trans>Revoke</Trans></Button>}</Table.Td> : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        ) : <Empty title={t`There is no key yet`} />}
      </Answer>
      {adding ? <KeyDialog close={() => setAdding(false)} done={async (one) => { setAdding(false); setMade(one); await cache.invalidateQueries({ queryKey: listKeysOptions().queryKey }); }} /> : null}
      {made ? <Secret title={made.name} secret={made.secret} close={() => setMade(null)} /> : null}
      {ending ? <RevokeDialog name={ending} close={() => setEnding(null)} /> : null}
    </Box>
  );
}

function KeyDialog({ close, done }: { close: () => void; done: (made: Made) => Promise<void> }) {
  const { t, i18n } = useLingui();
  const [name, setName] = useState("");
  const [role, setRole] = useState("source");
  const create = useMutation({ ...createKeyMutation(), onSuccess: done });
  const said = (field: string) => saidOf(create.error, field);
  return (
    <Modal opened onClose={close} title={t`Make a key`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); create.mutate({ body: { name, role } }); }}>
        <Stack>
          <TextInput label={t`Name`} description={t`Which program uses it`} required data-autofocus maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} error={said("name")} />
          <Select label={t`Role`} required allowDeselect={false} value={role} onChange={(value) => setRole(value ?? "source")}
            data={Object.entries(KEY_ROLES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} error={said("role")} />
          {create.error && !said("name") && !said("role") ? <Failure error={create.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={create.isPending}><Trans>Make</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function RevokeDialog({ name, close }: { name: string; close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const revoke = useMutation({
    ...revokeKeyMutation(),
    onSuccess: async () => {
      close();
      await cache.invalidateQueries({ queryKey: listKeysOptions().queryKey });
    },
  });
  return (
    <Modal opened onClose={close} title={t`Revoke ${name}?`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm"><Trans>Programs that use it are refused from then on. This cannot be undone.</Trans></Text>
        {revoke.error ? <Failure error={revoke.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate({ path: { name } })}><Trans>Revoke</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}
