import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Checkbox, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { finishTaskMutation, listTasks, type TaskView } from "../../api";
import { today, useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { usePages } from "../../ui/pages";
import { useSession } from "../../ui/session";
import { Answer, Empty, Failure } from "../../ui/states";
import { TaskDialog } from "../../ui/TaskDialog";
import styles from "./tasks.module.css";

const route = getRouteApi("/inside/tasks");

/** What is to be done by whom until when; one's own first. */
export function TasksPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const { of = "mine", state = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = { mine: of === "mine", done: state === "done" };
  const { answer, more } = usePages({
    key: ["tasks", wanted],
    ask: async (after, limit) => (await listTasks({ query: { ...wanted, after, limit }, throwOnError: true })).data,
    idOf: (one) => one.id,
  });
  const [making, setMaking] = useState(false);
  const create = may("tasks.write") ? <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}><Trans>New task</Trans></Button> : null;
  return (
    <Page title={t`Tasks`} lead={<Trans>What is to be done for customers, by whom and until when.</Trans>} actions={create}>
      <Group mb="md" gap="sm">
        <SegmentedControl aria-label={t`Whose`} value={of} onChange={(value) => void navigate({ search: (old) => ({ ...old, of: value }), replace: true })}
          data={[{ value: "mine", label: t`Mine` }, { value: "all", label: t`Everybody’s` }]} />
        <SegmentedControl aria-label={t`State`} value={state} onChange={(value) => void navigate({ search: (old) => ({ ...old, state: value }), replace: true })}
          data={[{ value: "open", label: t`To do` }, { value: "done", label: t`Done` }]} />
      </Group>
      <Answer of={answer}>
        {(listed) => listed.length
          ? <><Stack gap="xs" component="ul" className={styles.list}>{listed.map((one) => <Task key={one.id} task={one} named={of === "all"} />)}</Stack>{more}</>
          : <Empty title={state === "done" ? t`Nothing is done yet` : t`Nothing to do`}>{t`The page of silence makes tasks about customers whom nobody has reached for a while.`}</Empty>}
      </Answer>
      {making ? <TaskDialog close={() => setMaking(false)} /> : null}
    </Page>
  );
}

function Task({ task, named }: { task: TaskView; named: boolean }) {
  const { t } = useLingui();
  const { may, session } = useSession();
  const cache = useQueryClient();
  const formats = useFormats();
  const finish = useMutation({ ...finishTaskMutation(), onSuccess: () => cache.invalidateQueries() });
  const done = task.done_at !== null;
  const late = !done && task.due < today();
  const own = task.assignee === session?.email;
  const about = task.contact
    ? <Link to="/contacts/$id" params={{ id: task.contact }}>{task.about}</Link>
    : task.account ? <Link to="/accounts/$id" params={{ id: task.account }}>{task.about}</Link> : null;
  return (
    <li className={`paper ${styles.task}`}>
      <Checkbox size="md" checked={done} disabled={finish.isPending || !(own || may("tasks.write"))} aria-label={t`“${task.title}” is done`}
        onChange={() => finish.mutate({ path: { task_id: task.id }, body: { done: !done } })} />
      <div>
        <Text fw={600} td={done ? "line-through" : undefined}>{task.title}</Text>
        {task.note ? <Text size="sm">{task.note}</Text> : null}
        <Text size="sm" c="dimmed">
          {about}{about ? " · " : ""}{named ? `${task.assignee_name} · ` : ""}
          {done ? <Trans>done {formats.moment(task.done_at ?? "")} by {task.done_by}</Trans> : <Trans>from {task.by}</Trans>}
        </Text>
        {finish.error ? <Failure error={finish.error} /> : null}
      </div>
      <Group gap="xs" className={styles.due} wrap="nowrap">
        {late ? <Badge color="red" variant="light" tt="none"><Trans>overdue</Trans></Badge> : null}
        <Text size="sm" className="figures" component="time" dateTime={task.due}>{formats.shortDay(task.due)}</Text>
      </Group>
    </li>
  );
}
