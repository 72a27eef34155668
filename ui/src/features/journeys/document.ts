/** A journey as its JSON document says it (docs/reference/journey.md); what is left out has its usual value. */
export interface Journey {
  entry: Entry;
  start?: string;
  nodes?: Step[];
  again?: { rule: "never" | "after_exit" | "after_days"; days?: number };
  exits?: Happening[];
  exit_when?: Rule | null;
  goal?: (Happening & { stays?: boolean }) | null;
  messages?: Defaults;
}

export type Properties = Record<string, string | number | boolean>;
export type Rule = Record<string, unknown>;

export interface Happening {
  event: string;
  where?: Properties;
}

export interface Entry {
  kind: "event" | "date" | "segment" | "api";
  event?: string;
  where?: Properties;
  attribute?: string;
  days?: number;
  at?: string;
  segment?: string;
  rule?: Rule | null;
}

export interface Span {
  days?: number;
  hours?: number;
  minutes?: number;
}

export interface Defaults {
  type?: string | null;
  topic?: string | null;
  team?: string | null;
  tier?: number | null;
  value?: number | null;
  urgent?: boolean | null;
  channels?: string[] | null;
  sender?: string;
}

export interface Way {
  next?: string;
  label?: string;
  rule?: Rule | null;
  message?: string;
  did?: string;
}

export interface Share {
  next?: string;
  label?: string;
  percent?: number;
}

export const KINDS = ["message", "wait", "wait_day", "wait_date", "wait_event", "branch", "split", "task", "set", "start", "leave", "goal", "exit"] as const;
export type Kind = (typeof KINDS)[number];

/** A node: the fields of all kinds, of which each kind has its own. */
export interface Step extends Span, Omit<Defaults, "value" | "sender"> {
  id: string;
  kind: Kind;
  label?: string;
  position?: { x: number; y: number };
  next?: string;
  otherwise?: string;
  template?: string;
  value?: string | number | boolean | null;
  at?: string;
  expires_days?: number;
  held?: "wait" | "skip" | "exit";
  weekdays?: number[];
  date?: string;
  attribute?: string;
  past?: "go_on" | "exit" | "otherwise";
  event?: string;
  where?: Properties;
  within?: Span;
  ways?: Way[];
  shares?: Share[];
  title?: string;
  note?: string;
  assignee?: string;
  due_days?: number;
  journey?: string;
}

/** A way on: from a node (empty: from the entry) by one of its fields. */
export interface Place {
  from: string;
  field: string;
}

export interface Lead extends Place {
  next: string;
}

export const ENTRY: Place = { from: "", field: "start" };

export const stepsOf = (journey: Journey): Step[] => journey.nodes ?? [];
export const stepNamed = (journey: Journey, id: string): Step | undefined => stepsOf(journey).find((one) => one.id === id);
export const seconds = (span: Span | undefined): number => 86_400 * (span?.days ?? 0) + 3_600 * (span?.hours ?? 0) + 60 * (span?.minutes ?? 0);

/** The ways that lead on from a node, the main one first. */
export function waysOf(step: Step): Lead[] {
  const lead = (field: string, next: string | undefined): Lead => ({ from: step.id, field, next: next ?? "" });
  if (step.kind === "exit") return [];
  if (step.kind === "branch") return [...(step.ways ?? []).map((way, at) => lead(`ways[${at}].next`, way.next)), lead("otherwise", step.otherwise)];
  if (step.kind === "split") return (step.shares ?? []).map((share, at) => lead(`shares[${at}].next`, share.next));
  const both = step.kind === "wait_event" || step.kind === "task" ? Boolean(step.otherwise) || seconds(step.within) > 0 : step.kind === "wait_date" && step.past === "otherwise";
  return both ? [lead("next", step.next), lead("otherwise", step.otherwise)] : [lead("next", step.next)];
}

/** Every way of a journey, that of the entry first. */
export const leads = (journey: Journey): Lead[] => [{ ...ENTRY, next: journey.start ?? "" }, ...stepsOf(journey).flatMap(waysOf)];

/** The ids of the steps to which there is a way from the entry. */
export function reached(journey: Journey): Set<string> {
  const found = new Set<string>();
  const ahead = [journey.start ?? ""];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const step = found.has(id) ? undefined : stepNamed(journey, id);
    if (!step) continue;
    found.add(id);
    ahead.push(...waysOf(step).map((way) => way.next));
  }
  return found;
}

/** The step with one of its ways leading elsewhere. */
export function led(step: Step, field: string, next: string): Step {
  const place = Number(/\[(\d+)\]/.exec(field)?.[1]);
  const put = <T extends object>(list: T[] | undefined) => (list ?? []).map((one, at) => (at === place ? { ...one, next } : one));
  if (field.startsWith("ways[")) return { ...step, ways: put(step.ways) };
  if (field.startsWith("shares[")) return { ...step, shares: put(step.shares) };
  return { ...step, [field]: next };
}
