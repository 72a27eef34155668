import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { cancelMaintenanceMutation, cancelMeetingMutation } from "../../api";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";

interface TakeBackProps {
  sort: "meeting" | "maintenance";
  id: number;
  title: string;
}

/** The way to take back what somebody entered on the calendar, asked once more. */
export function TakeBack({ sort, id, title }: TakeBackProps) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const [open, { open: ask, close }] = useDisclosure();
  const done = {
    onSuccess: async () => {
      close();
      notifications.show({ message: t`“${title}” is taken back.` });
      await cache.invalidateQueries();
    },
  };
  const meeting = useMutation({ ...cancelMeetingMutation(), ...done });
  const maintenance = useMutation({ ...cancelMaintenanceMutation(), ...done });
  const isMeeting = sort === "meeting";
  const asked = isMeeting ? meeting : maintenance;
  if (!may(isMeeting ? "events.write" : "campaigns.write")) return null;
  const run = () => (isMeeting ? meeting.mutate({ path: { meeting_id: id } }) : maintenance.mutate({ path: { maintenance_id: id } }));
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size="md" aria-label={t`Take “${title}” back`} onClick={ask}><IconTrash size={16} /></ActionIcon>
      <Modal opened={open} onClose={close} title={t`Take “${title}” back?`} closeButtonProps={{ "aria-label": t`Close` }}>
        <Stack>
          <Text size="sm">{isMeeting ? <Trans>It leaves the calendar, and its contacts get their day back.</Trans> : <Trans>It leaves the calendar.</Trans>}</Text>
          {asked.error ? <Failure error={asked.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Leave it</Trans></Button>
            <Button color="red" loading={asked.isPending} onClick={run} data-autofocus><Trans>Take it back</Trans></Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
