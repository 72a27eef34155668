import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { overrideMessageMutation, saidOf } from "../api";
import { useSession } from "./session";
import { Failure } from "./states";

/** The way past the policies for one message, for those who may: asked once more, with a reason that everybody sees. */
export function SendAnyway({ message, name }: { message: number; name: string }) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const [open, { open: ask, close }] = useDisclosure();
  const [why, setWhy] = useState("");
  const send = useMutation({
    ...overrideMessageMutation(),
    onSuccess: async () => {
      close();
      notifications.show({ message: t`“${name}” leaves past the policies.` });
      await cache.invalidateQueries();
    },
  });
  if (!may("messages.override")) return null;
  const said = saidOf(send.error, "why");
  return (
    <>
      <Button variant="default" size="xs" leftSection={<IconSend size={16} aria-hidden />} onClick={ask}><Trans>Send anyway …</Trans></Button>
      <Modal opened={open} onClose={close} title={t`Send “${name}” past the policies?`} closeButtonProps={{ "aria-label": t`Close` }}>
        <form onSubmit={(event) => { event.preventDefault(); send.mutate({ path: { message_id: message }, body: { why } }); }}>
          <Stack>
            <Text size="sm"><Trans>Frequency limits, holds, hours and every other policy are passed over this once. Its own dates, the address, consent, a pause of the contact and policies on channels still apply to it. It counts afterwards like any other message.</Trans></Text>
            <Textarea label={t`Why`} description={t`Everybody sees this: in the timeline, beside the message, and in the audit.`} required autosize minRows={2} maxLength={1000} data-autofocus
              value={why} onChange={(event) => setWhy(event.currentTarget.value)} error={said} />
            {send.error && !said ? <Failure error={send.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button type="submit" loading={send.isPending} leftSection={<IconSend size={18} aria-hidden />}><Trans>Send anyway</Trans></Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
