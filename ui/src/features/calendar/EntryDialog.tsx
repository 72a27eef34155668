import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { saidOf } from "../../api";
import { Failure } from "../../ui/states";

interface EntryDialogProps {
  title: string;
  note: ReactNode;
  /** Fields that tell what is wrong with them by themselves. */
  fields: string[];
  saving: { error: unknown; isPending: boolean };
  complete?: boolean;
  submit: () => void;
  close: () => void;
  children: ReactNode;
}

/** The form of something that somebody puts on the calendar. */
export function EntryDialog({ title, note, fields, saving, complete = true, submit, close, children }: EntryDialogProps) {
  const { t } = useLingui();
  const elsewhere = saving.error && !fields.some((field) => saidOf(saving.error, field));
  return (
    <Modal opened onClose={close} size="lg" title={title} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          <Text size="sm" c="dimmed">{note}</Text>
          {children}
          {elsewhere ? <Failure error={saving.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={saving.isPending} disabled={!complete}><Trans>Put on the calendar</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What follows when it is there. */
export function useEntered(title: string, close: () => void): { onSuccess: () => Promise<void> } {
  const { t } = useLingui();
  const cache = useQueryClient();
  return {
    onSuccess: async () => {
      close();
      notifications.show({ message: t`“${title}” is on the calendar.` });
      await cache.invalidateQueries();
    },
  };
}
