import { Graph, layout } from "@dagrejs/dagre";
import { type Journey, leads, type Lead, stepsOf } from "./document";

export const CARD = { width: 264, height: 84, figures: 34 };
const LABEL = { width: 150, height: 54 };

export const ENTRY_ID = "#entry";
export const keyOf = (way: Lead): string => `${way.from || ENTRY_ID}|${way.field}`;

interface Point {
  x: number;
  y: number;
}

/** Where everything stands: cards by their upper left corner, and the middle of each way's label. */
export interface Places {
  cards: Map<string, Point>;
  labels: Map<string, Point>;
  /** Steps that somebody has put elsewhere; ways to and from them take the straight way. */
  moved: Set<string>;
}

/** The journey from top to bottom; a way that leads nowhere has a place of its own at its end. */
export function placed(journey: Journey, withFigures: boolean): Places {
  const graph = new Graph<object, Partial<Point> & { width: number; height: number }, Partial<Point> & { labelpos?: "c" }>({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 22 });
  const height = CARD.height + (withFigures ? CARD.figures : 0);
  const ids = [ENTRY_ID, ...stepsOf(journey).map((one) => one.id)];
  for (const id of ids) graph.setNode(id, { width: CARD.width, height: id === ENTRY_ID ? CARD.height : height });
  const ways = leads(journey);
  for (const way of ways) {
    const key = keyOf(way);
    const target = ids.includes(way.next) ? way.next : key;
    if (target === key) graph.setNode(key, { width: LABEL.width, height: 40 });
    graph.setEdge(way.from || ENTRY_ID, target, { ...LABEL, labelpos: "c" }, key);
  }
  layout(graph);
  const positions = new Map(stepsOf(journey).flatMap((one) => (one.position ? [[one.id, one.position] as const] : [])));
  const corner = (id: string): Point => {
    const { x = 0, y = 0, width, height: tall } = graph.node(id);
    return { x: x - width / 2, y: y - tall / 2 };
  };
  const cards = new Map(graph.nodes().map((id) => [id, positions.get(id) ?? corner(id)]));
  const labels = new Map(graph.edges().map((edge) => {
    const { x = 0, y = 0 } = graph.edge(edge);
    return [String(edge.name), { x, y }];
  }));
  for (const way of ways) inReadingOrder(ways.filter((one) => one.from === way.from && one.next === way.next).map(keyOf), labels);
  return { cards, labels, moved: new Set(positions.keys()) };
}

/** Ways between the same two steps stand from left to right as they are told. */
function inReadingOrder(keys: string[], labels: Map<string, Point>): void {
  const points = keys.flatMap((key) => labels.get(key) ?? []).sort((a, b) => a.x - b.x);
  for (const [at, key] of keys.entries()) {
    const point = points[at];
    if (point) labels.set(key, point);
  }
}
