import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowMerge } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ContactView, getContactOptions, mergeContactMutation, saidOf } from "../../api";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";
import { ContactInput } from "../../ui/ContactsInput";
import { STAGES, wordOf } from "../../ui/words";

interface MergeProps {
  contact: ContactView;
  name: string;
}

/** Merges a duplicate into a contact. */
export function Merge({ contact, name }: MergeProps) {
  const { t } = useLingui();
  const { may } = useSession();
  const [opened, { open, close }] = useDisclosure();
  if (!may("people.write")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconArrowMerge size={18} aria-hidden />} onClick={open}><Trans>Merge …</Trans></Button>
      <Modal opened={opened} onClose={close} size="lg" title={t`Merge a duplicate into ${name}`} closeButtonProps={{ "aria-label": t`Close` }}>
        <Merging contact={contact} name={name} close={close} />
      </Modal>
    </>
  );
}

function Merging({ contact, name, close }: MergeProps & { close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [other, setOther] = useState("");
  const [sure, setSure] = useState(false);
  const duplicate = useQuery({ ...getContactOptions({ path: { external_id: other } }), enabled: other !== "" });
  const merge = useMutation({
    ...mergeContactMutation(),
    onSuccess: async () => {
      notifications.show({ message: t`Merged: ${name} now stands for both.` });
      await cache.invalidateQueries();
      close();
    },
  });
  const said = saidOf(merge.error, "other");
  return (
    <form onSubmit={(event) => { event.preventDefault(); merge.mutate({ path: { external_id: contact.external_id }, body: { other } }); }}>
      <Stack>
        <Text size="sm"><Trans>The messages, history, consents and lists of both become those of {name}. What both were due to get goes out once.</Trans></Text>
        <ContactInput label={t`The duplicate`} value={other} change={(id) => { setOther(id); setSure(false); merge.reset(); }} error={said} but={contact.external_id} />
        {other ? <Answer of={duplicate}>{(one) => <Beside contact={contact} other={one} />}</Answer> : null}
        <Checkbox label={t`I know that this cannot be undone`} required checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />
        {merge.error && !said ? <Failure error={merge.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
          <Button type="submit" disabled={!sure || !other} loading={merge.isPending}><Trans>Merge</Trans></Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What each of the two says, and what will be said. */
function Beside({ contact, other }: { contact: ContactView; other: ContactView }) {
  const { t, i18n } = useLingui();
  const nameOf = (one: ContactView) => [one.first_name, one.last_name].filter(Boolean).join(" ");
  const stageOf = (one: ContactView) => (one.stage ? i18n._(wordOf(STAGES, one.stage)) : "");
  const rows: [string, string, string][] = [
    [t`Id`, contact.external_id, other.external_id],
    [t`Name`, nameOf(contact), nameOf(other)],
    [t`E-mail`, contact.email ?? "", other.email ?? ""],
    [t`Phone`, contact.phone ?? "", other.phone ?? ""],
    [t`Account`, contact.account ?? "", other.account ?? ""],
    [t`Stage`, stageOf(contact), stageOf(other)],
  ];
  const cell = { overflowWrap: "anywhere" } as const;
  return (
    <Table layout="fixed" verticalSpacing="xs" aria-label={t`What each of the two says`}>
      <Table.Thead>
        <Table.Tr><Table.Th w={90} /><Table.Th><Trans>Stays</Trans></Table.Th><Table.Th><Trans>Goes</Trans></Table.Th></Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.filter(([, one, two]) => one || two).map(([label, one, two]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" fw={500}>{label}</Table.Th>
            <Table.Td style={cell}>{one || <Text span c="dimmed" size="sm">{two}</Text>}</Table.Td>
            <Table.Td style={cell} c={one && two && one !== two ? "dimmed" : undefined}>{two}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
