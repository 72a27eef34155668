import { type Journey, type Kind, leads, led, type Place, reached, type Step, stepNamed, stepsOf, waysOf } from "./document";

/** What a new step of each kind says before anybody changed it. */
const FRESH: Record<Kind, Partial<Step>> = {
  message: {},
  wait: { days: 3 },
  wait_day: { days: 1, at: "09:00" },
  wait_date: {},
  wait_event: { within: { days: 3 } },
  branch: { ways: [{}] },
  split: { shares: [{ percent: 50 }, { percent: 50 }] },
  task: { within: { days: 5 } },
  set: {},
  start: {},
  leave: {},
  goal: {},
  exit: {},
};

function freeId(journey: Journey, kind: Kind): string {
  const taken = new Set(stepsOf(journey).map((one) => one.id));
  for (let number = 1; ; number += 1) {
    const id = number === 1 && kind === "exit" ? "end" : `${kind.replace("_", "-")}-${number}`;
    if (!taken.has(id)) return id;
  }
}

const withStep = (journey: Journey, step: Step): Journey => ({ ...journey, nodes: [...stepsOf(journey), step] });
const mapped = (journey: Journey, change: (step: Step) => Step): Journey => ({ ...journey, nodes: stepsOf(journey).map(change) });

/** The same journey with a way that leads elsewhere; nothing else changes. */
function put(journey: Journey, place: Place, next: string): Journey {
  if (!place.from) return { ...journey, start: next };
  return mapped(journey, (step) => (step.id === place.from ? led(step, place.field, next) : step));
}

/** Ways of a step that lead nowhere get an exit each. */
function ended(journey: Journey, id: string): Journey {
  const step = stepNamed(journey, id);
  const open = step ? waysOf(step).find((way) => !stepNamed(journey, way.next)) : undefined;
  if (!open) return journey;
  const exit = freeId(journey, "exit");
  return ended(put(withStep(journey, { id: exit, kind: "exit" }), open, exit), id);
}

/** Without what only was reached before a change. */
function pruned(before: Journey, after: Journey): Journey {
  const [was, is] = [reached(before), reached(after)];
  return { ...after, nodes: stepsOf(after).filter((one) => is.has(one.id) || !was.has(one.id)) };
}

const targetOf = (journey: Journey, place: Place): string => leads(journey).find((way) => way.from === place.from && way.field === place.field)?.next ?? "";

/** A new step on a way: it goes on to where the way led, and its other ways end. An exit ends the way itself. */
export function insert(journey: Journey, place: Place, kind: Kind): { journey: Journey; id: string } {
  const id = freeId(journey, kind);
  const target = targetOf(journey, place);
  const fresh: Step = { id, kind, ...FRESH[kind] };
  const first = waysOf(fresh)[0];
  const step = first && stepNamed(journey, target) ? led(fresh, first.field, target) : fresh;
  const made = ended(put(withStep(journey, step), place, id), id);
  return { journey: pruned(journey, made), id };
}

/** A way that leads to another step. A former exit that nothing leads to any more goes. */
export function connect(journey: Journey, place: Place, next: string): Journey {
  const old = stepNamed(journey, targetOf(journey, place));
  const after = put(journey, place, next);
  const idle = old?.kind === "exit" && !leads(after).some((way) => way.next === old.id);
  return idle ? { ...after, nodes: stepsOf(after).filter((one) => one.id !== old.id) } : after;
}

/** Without these steps: what led to one leads to what came after it, and what only its other ways led to goes too. */
export function remove(journey: Journey, ids: string[]): Journey {
  const without = ids.reduce((before, id) => {
    const step = stepNamed(before, id);
    if (!step) return before;
    const after = waysOf(step)[0]?.next ?? "";
    const around = leads(before).filter((way) => way.next === id).reduce((one, way) => put(one, way, after === id ? "" : after), before);
    return { ...around, nodes: stepsOf(around).filter((one) => one.id !== id) };
  }, journey);
  return pruned(journey, without);
}

/** A step with other words. Ways that it has from now on end, and what only those led to that it no longer has goes. */
export function change(journey: Journey, id: string, part: Partial<Step>): Journey {
  const after = mapped(journey, (step) => (step.id === id ? { ...step, ...part } : step));
  const [was, is] = [journey, after].map((one) => waysOf(stepNamed(one, id) ?? { id, kind: "exit" }).length);
  return pruned(journey, is === was ? after : ended(after, id));
}

export const move = (journey: Journey, id: string, position: Step["position"]): Journey => mapped(journey, (step) => (step.id === id ? { ...step, position } : step));

/** Every step back in its place. */
export const tidied = (journey: Journey): Journey => mapped(journey, (step) => ({ ...step, position: undefined }));

/** Copies of steps on a way, as they led to each other; ways to other steps lead on to where the way led, or end. */
export function paste(journey: Journey, place: Place, copied: Step[]): { journey: Journey; ids: string[] } {
  const names = new Map<string, string>();
  let grown = journey;
  for (const step of copied) {
    const id = freeId(grown, step.kind);
    names.set(step.id, id);
    grown = withStep(grown, { ...step, id, position: undefined });
  }
  const target = targetOf(journey, place);
  const inner = new Set(copied.flatMap((step) => waysOf(step).map((way) => way.next)));
  const first = copied.find((step) => !inner.has(step.id)) ?? copied[0];
  if (!first) return { journey, ids: [] };
  for (const id of names.values()) {
    const step = stepNamed(grown, id);
    for (const [at, way] of (step ? waysOf(step) : []).entries()) grown = put(grown, way, names.get(way.next) ?? (at === 0 ? target : ""));
    grown = mapped(ended(grown, id), (one) => (one.id === id && one.ways ? { ...one, ways: one.ways.map((way) => ({ ...way, message: way.message && (names.get(way.message) ?? way.message) })) } : one));
  }
  return { journey: pruned(journey, put(grown, place, names.get(first.id) ?? "")), ids: [...names.values()] };
}
