import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addTaskMutation, saidOf, type TaskForm } from "../api";
import { useColleagues } from "./colleagues";
import { addDays, today } from "./dates";
import { useSession } from "./session";
import { Failure } from "./states";

const USUAL_DAYS = 3;
const FIELDS = ["title", "note", "assignee", "due"];

interface TaskDialogProps {
  title?: string;
  contact?: string;
  account?: string;
  close: () => void;
}

/** The form of a task: what, who and until when. */
export function TaskDialog({ title = "", contact = "", account = "", close }: TaskDialogProps) {
  const { t } = useLingui();
  const { session } = useSession();
  const cache = useQueryClient();
  const colleagues = useColleagues();
  const [form, setForm] = useState<TaskForm>({ title, note: "", contact, account, assignee: session?.email ?? "", due: addDays(today(), USUAL_DAYS) });
  const change = (part: Partial<TaskForm>) => setForm((old) => ({ ...old, ...part }));
  const add = useMutation({
    ...addTaskMutation(),
    onSuccess: async (task) => {
      close();
      notifications.show({ message: t`${task.assignee_name} has the task.` });
      await cache.invalidateQueries();
    },
  });
  const said = (field: string) => saidOf(add.error, field);
  return (
    <Modal opened onClose={close} title={t`New task`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); add.mutate({ body: form }); }}>
        <Stack>
          <TextInput label={t`What to do`} required maxLength={200} data-autofocus value={form.title} onChange={(event) => change({ title: event.currentTarget.value })} error={said("title")} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select label={t`Who`} required searchable allowDeselect={false} data={colleagues} value={form.assignee || null} onChange={(value) => change({ assignee: value ?? "" })} error={said("assignee")} />
            <TextInput type="date" label={t`Until`} required min={today()} value={form.due} onChange={(event) => change({ due: event.currentTarget.value })} error={said("due")} />
          </SimpleGrid>
          <Textarea label={t`Note`} autosize minRows={2} maxLength={1000} value={form.note} onChange={(event) => change({ note: event.currentTarget.value })} error={said("note")} />
          {add.error && !FIELDS.some(said) ? <Failure error={add.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={add.isPending} disabled={!form.assignee}><Trans>Make the task</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
