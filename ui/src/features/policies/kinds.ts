import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export type Policy = Record<string, unknown>;

/** The kinds of policies. */
export const KINDS: Record<string, MessageDescriptor> = {
  channel: msg`channel`,
  guard: msg`relevance`,
  hold: msg`hold`,
  time: msg`time`,
  cap: msg`frequency limit`,
  spacing: msg`distance`,
  concurrency: msg`campaigns at once`,
  mix: msg`mix of types`,
  capacity: msg`capacity`,
};

export interface PolicyField {
  name: string;
  label: MessageDescriptor;
  input: "number" | "text" | "names" | "choice" | "types" | "topics" | "weekdays" | "hours" | "flag";
  choices?: string[];
}

const HELD: PolicyField[] = [
  { name: "held.types", label: msg`Only messages of these types`, input: "types" },
  { name: "held.except_types", label: msg`Not messages of these types`, input: "types" },
  { name: "held.topics", label: msg`Only messages about these topics`, input: "topics" },
];
const SCOPE: PolicyField = { name: "scope", label: msg`For each`, input: "choice", choices: ["contact", "account"] };
const CHANNEL: PolicyField = { name: "channel", label: msg`Channel`, input: "choice", choices: ["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"] };

/** What the form of each kind asks for. Whatever else a policy says stays as it is. */
export const FIELDS: Record<string, PolicyField[]> = {
  cap: [
    { name: "limit", label: msg`At most`, input: "number" },
    { name: "window", label: msg`Counted by`, input: "choice", choices: ["rolling", "week", "month"] },
    { name: "days", label: msg`In this many days`, input: "number" },
    SCOPE, ...HELD,
  ],
  hold: [
    { name: "while", label: msg`While this condition stands`, input: "text" },
    { name: "after", label: msg`After this event`, input: "text" },
    { name: "days", label: msg`For this many days`, input: "number" },
    SCOPE, ...HELD,
  ],
  time: [
    { name: "hours", label: msg`Hours of the contact’s day`, input: "hours" },
    { name: "weekdays", label: msg`Days of the week`, input: "weekdays" },
    { name: "holidays", label: msg`Not on public holidays`, input: "flag" },
    { name: "dates", label: msg`Not on these dates`, input: "names" },
    ...HELD,
  ],
  spacing: [
    { name: "days", label: msg`Days between`, input: "number" },
    SCOPE, ...HELD,
    { name: "from.types", label: msg`Distance from messages of these types`, input: "types" },
    { name: "from.topics", label: msg`Distance from messages about these topics`, input: "topics" },
  ],
  guard: [
    { name: "stages", label: msg`Only people in these stages`, input: "names" },
    { name: "segments", label: msg`Only people in these segments`, input: "names" },
    ...HELD,
  ],
  channel: [CHANNEL, { name: "only.urgent", label: msg`Only urgent messages`, input: "flag" }, { name: "only.types", label: msg`Only messages of these types`, input: "types" }],
  concurrency: [{ name: "limit", label: msg`At most`, input: "number" }],
  mix: [
    { name: "type", label: msg`Type`, input: "choice", choices: ["promotional", "educational", "relationship", "operational"] },
    { name: "percent", label: msg`At most this percentage`, input: "number" },
    { name: "days", label: msg`In this many days`, input: "number" },
    { name: "min_touches", label: msg`Applies from this many messages on`, input: "number" },
  ],
  capacity: [CHANNEL, { name: "limit", label: msg`At most`, input: "number" }, { name: "per", label: msg`Each`, input: "choice", choices: ["day", "week", "month"] }],
};

/** A policy of each kind to begin with. */
export const STARTS: Record<string, Policy> = {
  cap: { kind: "cap", limit: 2, days: 7, window: "rolling", held: { except_types: ["transactional"] }, counts: { except_types: ["transactional"] } },
  hold: { kind: "hold", while: "open_complaint", scope: "account", held: { types: ["promotional"] } },
  time: { kind: "time", hours: ["08:00", "18:00"], weekdays: [1, 2, 3, 4, 5], holidays: true, held: { except_types: ["transactional"] } },
  spacing: { kind: "spacing", days: 1, held: { types: ["promotional"] }, from: { types: ["educational"] } },
  guard: { kind: "guard", held: { topics: ["onboarding"] }, stages: ["onboarding"] },
  channel: { kind: "channel", channel: "sms", only: { urgent: true } },
  concurrency: { kind: "concurrency", limit: 3 },
  mix: { kind: "mix", type: "promotional", percent: 20, days: 30, min_touches: 5 },
  capacity: { kind: "capacity", channel: "email", limit: 5000, per: "day" },
};

/** The words of choices. */
export const CHOICES: Record<string, MessageDescriptor> = {
  contact: msg`contact`,
  account: msg`account`,
  rolling: msg`any days in a row`,
  week: msg`week`,
  month: msg`month`,
  day: msg`day`,
};

/** What a policy says at a path such as "held.types". */
export function at(policy: Policy, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (inner as Policy | undefined)?.[name], policy);
}

/** The policy with something else at a path; nothing at all when it is empty. */
export function put(policy: Policy, path: string, value: unknown): Policy {
  const [name = "", ...rest] = path.split(".");
  const inner = rest.length ? put((policy[name] as Policy | undefined) ?? {}, rest.join("."), value) : value;
  const empty = inner === undefined || inner === "" || (Array.isArray(inner) && !inner.length);
  const others = Object.fromEntries(Object.entries(policy).filter(([other]) => other !== name));
  return empty ? others : { ...policy, [name]: inner };
}
