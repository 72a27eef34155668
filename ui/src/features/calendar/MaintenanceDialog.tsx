import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { enterMaintenanceMutation, saidOf } from "../../api";
import { type Day, momentOf } from "../../ui/dates";
import { Failure } from "../../ui/states";

const FIELDS = ["title", "starts_at", "ends_at"];

/** The form of a maintenance window. */
export function MaintenanceDialog({ day, close }: { day: Day; close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [title, setTitle] = useState("");
  const [starts, setStarts] = useState(`${day}T20:00`);
  const [ends, setEnds] = useState(`${day}T22:00`);
  const enter = useMutation({
    ...enterMaintenanceMutation(),
    onSuccess: async () => {
      close();
      notifications.show({ message: t`“${title}” is on the calendar.` });
      await cache.invalidateQueries();
    },
  });
  const said = (field: string) => saidOf(enter.error, field);
  return (
    <Modal opened onClose={close} size="lg" title={t`Enter a maintenance window`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); enter.mutate({ body: { title, starts_at: momentOf(starts), ends_at: momentOf(ends) } }); }}>
        <Stack>
          <Text size="sm" c="dimmed"><Trans>Everybody who plans sees it. It closes no day; a policy does that.</Trans></Text>
          <TextInput label={t`Title`} required data-autofocus maxLength={1000} value={title} onChange={(event) => setTitle(event.currentTarget.value)} error={said("title")} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput type="datetime-local" label={t`From`} required value={starts} onChange={(event) => setStarts(event.currentTarget.value)} error={said("starts_at")} />
            <TextInput type="datetime-local" label={t`Until`} required value={ends} onChange={(event) => setEnds(event.currentTarget.value)} error={said("ends_at")} />
          </SimpleGrid>
          {enter.error && !FIELDS.some(said) ? <Failure error={enter.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={enter.isPending}><Trans>Put on the calendar</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
