import "@xyflow/react/dist/style.css";
import { useLingui } from "@lingui/react/macro";
import { useMantineColorScheme } from "@mantine/core";
import {
  applyNodeChanges, Background, type Connection, Controls, type Edge, MarkerType, type Node, type NodeChange, ReactFlow, ReactFlowProvider, useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { KINDS, type Kind, type Lead, leads, type Place, stepsOf, waysOf } from "./document";
import { useDrawing } from "./drawing";
import classes from "./journeys.module.css";
import { CARD, ENTRY_ID, keyOf, placed } from "./layout";
import { DRAGGED, Palette } from "./Palette";
import { EntryCard, OpenEnd, StepCard } from "./StepCard";
import { WayLine } from "./WayLine";

export type WayEdge = Edge<{ way: Lead; via?: { x: number; y: number } }>;

/** Below this nobody can read the cards: a long journey begins at its entry instead of being shown whole. */
const READABLE = 0.8;
const MARGIN = 24;

const NODES = { step: StepCard, entry: EntryCard, open: OpenEnd };
const EDGES = { way: WayLine };

interface CanvasProps {
  /** The step that is to be brought into view; each time it is named anew. */
  target: { id: string } | null;
  connect: (place: Place, next: string) => void;
  move: (id: string, position: { x: number; y: number }) => void;
}

/** The journey as a picture: cards from top to bottom, and ways between them. */
export function Canvas(props: CanvasProps) {
  return <ReactFlowProvider><Picture {...props} /></ReactFlowProvider>;
}

function Picture({ target, connect, move }: CanvasProps) {
  const { t } = useLingui();
  const { colorScheme } = useMantineColorScheme();
  const { journey, story, figures, mayWrite, add, open, copy, remove, paste } = useDrawing();
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const places = useMemo(() => placed(journey, figures.size > 0), [journey, figures.size]);
  const drawn = useMemo(() => {
    const ids = new Set(stepsOf(journey).map((one) => one.id));
    const at = (id: string) => places.cards.get(id) ?? { x: 0, y: 0 };
    const side = (way: Lead) => places.labels.get(keyOf(way))?.x ?? 0;
    const size = { width: CARD.width };
    const nodes: Node[] = [
      { id: ENTRY_ID, type: "entry", position: at(ENTRY_ID), data: {}, draggable: false, deletable: false, ariaLabel: `${t`Who comes in`}: ${story.entry(journey.entry)}`, ...size },
      ...stepsOf(journey).map((one) => ({ id: one.id, type: "step", position: at(one.id), data: { ways: waysOf(one).sort((a, b) => side(a) - side(b)).map((way) => way.field) }, ariaLabel: [one.label, story.sentence(one, journey)].filter(Boolean).join(": "), ...size })),
      ...leads(journey).filter((way) => !ids.has(way.next)).map((way) => ({ id: keyOf(way), type: "open", position: at(keyOf(way)), data: {}, draggable: false, selectable: false, focusable: false })),
    ];
    const edges: WayEdge[] = leads(journey).map((way) => {
      const to = ids.has(way.next) ? way.next : keyOf(way);
      const straight = places.moved.has(way.from) || places.moved.has(way.next);
      return {
        id: keyOf(way), type: "way", source: way.from || ENTRY_ID, sourceHandle: way.field, target: to, focusable: false, selectable: false,
        data: { way, via: straight ? undefined : places.labels.get(keyOf(way)) }, markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
      };
    });
    return { nodes, edges };
  }, [journey, places, story, t]);

  const [nodes, setNodes] = useState(drawn.nodes);
  useEffect(() => setNodes((old) => {
    const chosen = new Set(old.filter((one) => one.selected).map((one) => one.id));
    return drawn.nodes.map((one) => ({ ...one, selected: chosen.has(one.id) }));
  }), [drawn.nodes]);

  useEffect(() => {
    if (target) void flow.fitView({ nodes: [{ id: target.id }], duration: 300, maxZoom: 1, padding: 0.8 });
  }, [flow, target]);

  function begin() {
    const entry = places.cards.get(ENTRY_ID) ?? { x: 0, y: 0 };
    void flow.fitView({ maxZoom: 1, padding: 0.1 }).then(() => {
      const tall = frame.current?.clientHeight ?? 0;
      if (flow.getZoom() < READABLE) void flow.setCenter(entry.x + CARD.width / 2, entry.y + tall / READABLE / 2 - MARGIN, { zoom: READABLE });
    });
  }

  function follow(changes: NodeChange[]) {
    setNodes((old) => applyNodeChanges(changes.filter((one) => one.type !== "remove"), old));
    for (const one of changes) if (one.type === "position" && one.dragging === false && one.position) move(one.id, one.position);
  }

  function drop(event: DragEvent) {
    const kind = event.dataTransfer.getData(DRAGGED) as Kind;
    if (!KINDS.includes(kind)) return;
    event.preventDefault();
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const middle = (way: Lead) => places.labels.get(keyOf(way)) ?? { x: 0, y: 0 };
    const far = (way: Lead) => Math.hypot(middle(way).x - at.x, middle(way).y - at.y);
    const nearest = leads(journey).reduce((best, way) => (far(way) < far(best) ? way : best));
    add(nearest, kind);
  }

  function press(event: KeyboardEvent) {
    const focused = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node")?.dataset.id;
    if (!focused || (event.target as HTMLElement).closest("button")) return;
    const steps = nodes.filter((one) => one.type === "step" && (one.selected || one.id === focused)).map((one) => one.id);
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Enter") open(focused);
    else if (!mayWrite) return;
    else if (event.key === "Delete" || event.key === "Backspace") remove(steps);
    else if (command && event.key === "c") copy(steps);
    else if (command && event.key === "x") { copy(steps); remove(steps); }
    else if (command && event.key === "v") {
      const place = leads(journey).find((way) => way.from === (focused === ENTRY_ID ? "" : focused));
      if (place) paste(place);
    } else return;
    event.preventDefault();
  }

  return (
    <div className={classes.canvas} ref={frame} onKeyDownCapture={press} onDragOver={(event) => { if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault(); }} onDrop={drop}>
      <ReactFlow
        nodes={nodes}
        edges={drawn.edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        onNodesChange={follow}
        onNodeClick={(event, node) => { if (node.type !== "open" && !event.shiftKey && !event.ctrlKey && !event.metaKey) open(node.id); }}
        onConnect={(made: Connection) => connect({ from: made.source === ENTRY_ID ? "" : made.source, field: made.sourceHandle ?? "next" }, made.target)}
        isValidConnection={(made) => made.target !== ENTRY_ID}
        nodesDraggable={mayWrite}
        nodesConnectable={mayWrite}
        deleteKeyCode={null}
        multiSelectionKeyCode={["Control", "Meta", "Shift"]}
        selectionKeyCode={null}
        nodeClickDistance={4}
        nodeDragThreshold={4}
        colorMode={colorScheme === "auto" ? "system" : colorScheme}
        onInit={begin}
        panOnScroll
        minZoom={0.2}
        maxZoom={1.5}
        aria-label={t`The journey as a picture`}
        ariaLabelConfig={{
          "node.a11yDescription.default": mayWrite ? t`Enter opens the step, Delete removes it, the arrow keys move it.` : t`Enter opens the step.`,
          "node.a11yDescription.keyboardDisabled": t`Enter opens the step.`,
          "node.a11yDescription.ariaLiveMessage": () => t`The step was moved.`,
          "controls.ariaLabel": t`View`,
          "controls.zoomIn.ariaLabel": t`Larger`,
          "controls.zoomOut.ariaLabel": t`Smaller`,
          "controls.fitView.ariaLabel": t`Show everything`,
          "handle.ariaLabel": t`Connect`,
        }}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
      {mayWrite ? <Palette /> : null}
    </div>
  );
}
