import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconAlertTriangle, IconClipboard, IconCopy, IconDots, IconScissors, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ENTRY, type Journey, type Lead, type Step, stepNamed, stepsOf, waysOf } from "./document";
import { useDrawing } from "./drawing";
import classes from "./journeys.module.css";
import { ENTRY_ID } from "./layout";
import { NodeFigures } from "./NodeFigures";
import { StepMenu } from "./StepMenu";
import { ENTRY_ICONS, KIND_ICONS } from "./words";

/** What follows on a way: its steps in order, up to where it branches, ends, or joins what was told before. */
interface Stretch {
  way: Lead;
  steps: Step[];
  /** The step at which it goes on, told elsewhere already. */
  joins: Step | undefined;
  branches: Stretch[];
}

/** The journey as a story in stretches, each step told once; and the steps to which no way leads. */
export function told(journey: Journey): { story: Stretch; loose: Step[] } {
  const seen = new Set<string>();
  const follow = (way: Lead): Stretch => {
    const steps: Step[] = [];
    let last = way;
    for (let step = stepNamed(journey, way.next); step && !seen.has(step.id); step = stepNamed(journey, last.next)) {
      seen.add(step.id);
      steps.push(step);
      const [next, ...others] = waysOf(step);
      if (!next) return { way, steps, joins: undefined, branches: [] };
      if (others.some((one) => one.next !== next.next)) return { way, steps, joins: undefined, branches: [next, ...others].map(follow) };
      last = next;
    }
    return { way, steps, joins: stepNamed(journey, last.next), branches: [] };
  };
  const story = follow({ ...ENTRY, next: journey.start ?? "" });
  return { story, loose: stepsOf(journey).filter((one) => !seen.has(one.id)) };
}

/** The journey as a list that is read from top to bottom, and edited by keyboard alone. */
export function StepList() {
  const { t } = useLingui();
  const { journey, story: words, problems, open } = useDrawing();
  const { story, loose } = told(journey);
  const Icon = ENTRY_ICONS[journey.entry.kind];
  const wrong = problems.filter((one) => !one.node);
  return (
    <div className={classes.list} role="group" aria-label={t`The journey as a list`}>
      <div className={classes.row} data-kind="entry" data-wrong={wrong.length > 0}>
        <div className={classes.main}>
          <Opener icon={<Icon size={18} aria-hidden />} label={t`Who comes in`} sentence={words.entry(journey.entry)} open={() => open(ENTRY_ID)} />
          <Wrong said={wrong.map((one) => one.detail)} />
        </div>
      </div>
      <Between way={story.way} />
      <Told stretch={story} />
      {loose.length ? (
        <>
          <Text fw={600} mt="lg" mb="xs"><Trans>To which no way leads</Trans></Text>
          {loose.map((step) => <Row key={step.id} step={step} />)}
        </>
      ) : null}
    </div>
  );
}

function Told({ stretch }: { stretch: Stretch }) {
  const { journey, story } = useDrawing();
  return (
    <>
      {stretch.steps.map((step) => {
        const ways = waysOf(step);
        return (
          <div key={step.id}>
            <Row step={step} />
            {ways.every((way) => way.next === ways[0]?.next) ? ways.map((way) => <Between key={way.field} way={way} named={ways.length > 1} />) : null}
          </div>
        );
      })}
      {stretch.branches.length ? (
        <ul>
          {stretch.branches.map((one) => (
            <li key={one.way.field}>
              <div className={classes.wayname}>{story.way(one.way, journey)}</div>
              <Between way={one.way} />
              <Told stretch={one} />
            </li>
          ))}
        </ul>
      ) : null}
      {stretch.joins ? <Joins to={stretch.joins} /> : null}
    </>
  );
}

function Joins({ to }: { to: Step }) {
  const { journey, story, open } = useDrawing();
  const sentence = [to.label, story.sentence(to, journey)].filter(Boolean).join(": ");
  return <div className={classes.jump}><Trans>goes on at <button type="button" onClick={() => open(to.id)}>{sentence}</button></Trans></div>;
}

/** Between two rows: the plus, and where several ways lead to the same row, which of them it is on. */
function Between({ way, named = false }: { way: Lead; named?: boolean }) {
  const { journey, story, mayWrite, add, paste, copied } = useDrawing();
  const from = stepNamed(journey, way.from);
  const target = stepNamed(journey, way.next);
  const after = [from ? story.sentence(from, journey) : story.entry(journey.entry), story.way(way, journey)].filter(Boolean).join(", ");
  return (
    <div className={classes.between}>
      {named ? <span className={classes.wayname}>{story.way(way, journey)}</span> : null}
      {mayWrite ? <StepMenu wide place={way} after={after} ends={target?.kind === "exit"} add={add} paste={paste} copied={copied} /> : <span aria-hidden>↓</span>}
      {target ? null : <Text size="sm" c="var(--suppress-ink)"><Trans>leads nowhere yet</Trans></Text>}
    </div>
  );
}

function Row({ step }: { step: Step }) {
  const { t } = useLingui();
  const { journey, story, problems, mayWrite, open, copy, remove, paste, copied } = useDrawing();
  const Icon = KIND_ICONS[step.kind];
  const wrong = problems.filter((one) => one.node === step.id);
  const sentence = story.sentence(step, journey);
  const way = waysOf(step)[0];
  return (
    <div className={classes.row} data-kind={step.kind} data-wrong={wrong.length > 0} data-node={step.id}>
      <div className={classes.main}>
        <Opener icon={<Icon size={18} aria-hidden />} label={step.label ?? ""} sentence={sentence} open={() => open(step.id)} />
        <Wrong said={wrong.map((one) => one.detail)} />
        <NodeFigures node={step.id} />
      </div>
      {mayWrite ? (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" m={4} aria-label={t`What to do with: ${sentence}`}><IconDots size={18} aria-hidden /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => copy([step.id])}>{t`Copy`}</Menu.Item>
            <Menu.Item leftSection={<IconScissors size={16} aria-hidden />} onClick={() => { copy([step.id]); remove([step.id]); }}>{t`Cut out`}</Menu.Item>
            {copied.length && way ? <Menu.Item leftSection={<IconClipboard size={16} aria-hidden />} onClick={() => paste(way)}>{t`Paste what was copied`}</Menu.Item> : null}
            <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => remove([step.id])}>{t`Remove`}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </div>
  );
}

function Opener({ icon, label, sentence, open }: { icon: ReactNode; label: string; sentence: string; open: () => void }) {
  return (
    <button type="button" className={classes.opener} onClick={open}>
      <span className={classes.icon}>{icon}</span>
      <span>{label ? <Text span display="block" size="xs" fw={650} c="dimmed">{label}</Text> : null}{sentence}</span>
    </button>
  );
}

function Wrong({ said }: { said: string[] }) {
  if (!said.length) return null;
  return <ul className={classes.wrong}>{said.map((one) => <li key={one}><IconAlertTriangle size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {one}</li>)}</ul>;
}
