import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath, Position } from "@xyflow/react";
import { stepNamed } from "./document";
import { useDrawing } from "./drawing";
import classes from "./journeys.module.css";
import { StepMenu } from "./StepMenu";
import type { WayEdge } from "./Canvas";

/** A way between two cards, with the words on it and the plus that puts a step there. */
export function WayLine(props: EdgeProps<WayEdge>) {
  const { sourceX, sourceY, targetX, targetY, markerEnd, data } = props;
  const { journey, story, mayWrite, add, paste, copied } = useDrawing();
  if (!data) return null;
  const { way, via } = data;
  const bend = { sourcePosition: Position.Bottom, targetPosition: Position.Top, borderRadius: 10 };
  const [straight, middleX, middleY] = getSmoothStepPath({ ...bend, sourceX, sourceY, targetX, targetY });
  const at = via ?? { x: middleX, y: middleY };
  const path = via
    ? [getSmoothStepPath({ ...bend, sourceX, sourceY, targetX: via.x, targetY: via.y })[0], getSmoothStepPath({ ...bend, sourceX: via.x, sourceY: via.y, targetX, targetY })[0]].join(" ")
    : straight;
  const words = story.way(way, journey);
  const from = stepNamed(journey, way.from);
  const target = stepNamed(journey, way.next);
  const after = [from ? story.sentence(from, journey) : story.entry(journey.entry), words].filter(Boolean).join(", ");
  return (
    <>
      <BaseEdge id={props.id} path={path} markerEnd={markerEnd} />
      <EdgeLabelRenderer>
        <div className={`${classes.way} nodrag nopan`} style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}>
          {words ? <span title={words}>{words}</span> : null}
          {mayWrite ? <StepMenu place={way} after={after} ends={target?.kind === "exit"} add={add} paste={paste} copied={copied} /> : null}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}
