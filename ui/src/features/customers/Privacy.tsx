import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Checkbox, Group, List, Menu, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconFileText, IconJson, IconShieldLock, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type ConcernedView, eraseContactMutation, lookAtErasureOptions, saidOf } from "../../api";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";

interface WhoProps {
  id: string;
  name: string;
}

/** What the contact can ask for by law: everything that is held, and to be forgotten. */
export function ContactPrivacy({ id, name }: WhoProps) {
  const { t } = useLingui();
  const { may } = useSession();
  const [erasing, { open: ask, close }] = useDisclosure();
  if (!may("privacy.manage")) return null;
  const held = `/api/v1/contacts/${encodeURIComponent(id)}/held`;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconShieldLock size={18} aria-hidden />}><Trans>Privacy</Trans></Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label><Trans>Everything that is held about {name}</Trans></Menu.Label>
          <Menu.Item component="a" href={`${held}.html`} download={`${id}.html`} leftSection={<IconFileText size={18} aria-hidden />}><Trans>As a page to read</Trans></Menu.Item>
          <Menu.Item component="a" href={held} download={`${id}.json`} leftSection={<IconJson size={18} aria-hidden />}><Trans>As data (JSON)</Trans></Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={18} aria-hidden />} onClick={ask}><Trans>Erase …</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={erasing} onClose={close} title={t`Erase ${name}`} closeButtonProps={{ "aria-label": t`Close` }}>
        <Erasing id={id} name={name} close={close} />
      </Modal>
    </>
  );
}

function Erasing({ id, name, close }: WhoProps & { close: () => void }) {
  const concerned = useQuery(lookAtErasureOptions({ path: { external_id: id } }));
  return <Answer of={concerned}>{(told) => <Confirm id={id} name={name} told={told} close={close} />}</Answer>;
}

function Confirm({ id, name, told, close }: WhoProps & { told: ConcernedView; close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  const erase = useMutation({
    ...eraseContactMutation(),
    onSuccess: async () => {
      notifications.show({ message: t`${name} was erased.` });
      await navigate({ to: "/customers" });
      cache.clear();
    },
  });
  const others = told.contacts.filter((one) => one !== id);
  const said = saidOf(erase.error, "reason");
  return (
    <form onSubmit={(event) => { event.preventDefault(); erase.mutate({ path: { external_id: id }, body: { reason } }); }}>
      <Stack>
        <Text size="sm"><Trans>Open messages are cancelled; profile, history and e-mails are deleted. What was sent stays as a number, so that figures and limits stay right. Nothing brings the data back.</Trans></Text>
        {told.addresses.length ? (
          <div>
            <Text size="sm"><Trans>Nobody will be written to at these addresses again, also if an import brings them back:</Trans></Text>
            <List size="sm" mt={4}>{told.addresses.map((one) => <List.Item key={one} style={{ overflowWrap: "anywhere" }}>{one}</List.Item>)}</List>
          </div>
        ) : null}
        {others.length ? (
          <Alert color="yellow" py="xs" title={<Plural value={others.length} one="Another contact shares the address, and is erased too" other="# other contacts share the address, and are erased too" />}>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>{others.join(", ")}</Text>
          </Alert>
        ) : null}
        <Textarea label={t`Why`} description={t`For the proof: the request and its date, without names or addresses`} required autosize minRows={2} maxLength={1000} data-autofocus
          value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={said} inputWrapperOrder={["label", "description", "input", "error"]} />
        <Checkbox label={t`I know that this cannot be undone`} required checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />
        {erase.error && !said ? <Failure error={erase.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
          <Button type="submit" color="red" disabled={!sure} loading={erase.isPending}><Trans>Erase for ever</Trans></Button>
        </Group>
      </Stack>
    </form>
  );
}
