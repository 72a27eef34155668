import { Plural, Trans } from "@lingui/react/macro";
import { Alert, Collapse, Group, Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { stepNamed } from "./document";
import { useDrawing } from "./drawing";
import classes from "./journeys.module.css";

/** What keeps the journey from being published, each with the step that it is about. */
export function Problems({ jump, unread }: { jump: (node: string) => void; unread: string | undefined }) {
  const { journey, story, problems } = useDrawing();
  const [open, setOpen] = useState(false);
  if (unread) return <Alert color="red" role="alert" py="xs" mb="sm">{unread}</Alert>;
  if (!problems.length) {
    return <Group gap={6} mb="sm" role="status"><IconCheck size={16} color="var(--send)" aria-hidden /><Text size="sm" c="dimmed"><Trans>Nothing is wrong with it; it can be published.</Trans></Text></Group>;
  }
  return (
    <Alert color="yellow" py="xs" mb="sm" icon={<IconAlertTriangle />} role="status" data-problems={problems.length}>
      <UnstyledButton fw={600} fz="sm" onClick={() => setOpen(!open)} aria-expanded={open}>
        <Plural value={problems.length} one="# thing to mend before it can be published" other="# things to mend before it can be published" />
      </UnstyledButton>
      <Collapse expanded={open}>
        <ul className={classes.problems}>
          {problems.map((one) => {
            const step = stepNamed(journey, one.node);
            return (
              <li key={`${one.node} ${one.field} ${one.code}`}>
                <button type="button" onClick={() => jump(one.node)}>{step ? step.label || story.sentence(step, journey) : <Trans>The journey itself</Trans>}</button>
                <span>{one.detail}</span>
              </li>
            );
          })}
        </ul>
      </Collapse>
    </Alert>
  );
}
