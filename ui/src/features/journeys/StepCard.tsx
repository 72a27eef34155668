import { useLingui } from "@lingui/react/macro";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { IconAlertTriangle } from "@tabler/icons-react";
import { stepNamed } from "./document";
import { useDrawing } from "./drawing";
import classes from "./journeys.module.css";
import { ENTRY_ID } from "./layout";
import { NodeFigures } from "./NodeFigures";
import { ENTRY_ICONS, KIND_ICONS } from "./words";

/** A step on the canvas: what it does in a sentence, what is wrong with it, and its figures. */
export function StepCard({ id, selected, data }: NodeProps<Node<{ ways: string[] }>>) {
  const { t } = useLingui();
  const { journey, story, problems, chosen } = useDrawing();
  const step = stepNamed(journey, id);
  if (!step) return null;
  const Icon = KIND_ICONS[step.kind];
  const wrong = problems.filter((one) => one.node === id);
  return (
    <div className={classes.card} data-kind={step.kind} data-wrong={wrong.length > 0} data-chosen={selected || chosen === id} data-node={id}>
      <Handle type="target" position={Position.Top} />
      <div className={classes.said}>
        <span className={classes.icon}><Icon size={18} aria-hidden /></span>
        <div>
          {step.label ? <div className={classes.label}>{step.label}</div> : null}
          <div className={classes.sentence} title={story.sentence(step, journey)}>{story.sentence(step, journey)}</div>
        </div>
        {wrong.length ? <IconAlertTriangle className={classes.warning} size={18} role="img" aria-label={t`Something is wrong here`}><title>{wrong.map((one) => one.detail).join("\n")}</title></IconAlertTriangle> : null}
      </div>
      <NodeFigures node={id} />
      {data.ways.map((field, at) => (
        <Handle key={field} id={field} type="source" position={Position.Bottom} style={{ left: `${(100 * (at + 1)) / (data.ways.length + 1)}%` }} />
      ))}
    </div>
  );
}

/** Where contacts come in. */
export function EntryCard() {
  const { t } = useLingui();
  const { journey, story, problems, chosen } = useDrawing();
  const Icon = ENTRY_ICONS[journey.entry.kind];
  const wrong = problems.filter((one) => !one.node);
  return (
    <div className={classes.card} data-kind="entry" data-wrong={wrong.length > 0} data-chosen={chosen === ENTRY_ID}>
      <div className={classes.said}>
        <span className={classes.icon}><Icon size={18} aria-hidden /></span>
        <div>
          <div className={classes.label}>{t`Who comes in`}</div>
          <div className={classes.sentence} title={story.entry(journey.entry)}>{story.entry(journey.entry)}</div>
        </div>
        {wrong.length ? <IconAlertTriangle className={classes.warning} size={18} role="img" aria-label={t`Something is wrong here`}><title>{wrong.map((one) => one.detail).join("\n")}</title></IconAlertTriangle> : null}
      </div>
      <Handle id="start" type="source" position={Position.Bottom} />
    </div>
  );
}

/** The end of a way that leads nowhere yet. */
export function OpenEnd() {
  const { t } = useLingui();
  return <div className={classes.open}><Handle type="target" position={Position.Top} />{t`leads nowhere yet`}</div>;
}
