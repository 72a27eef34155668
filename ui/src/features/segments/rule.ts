import { msg } from "@lingui/core/macro";
import { FIELDS as OF_FILTERS } from "../../ui/audience/audience";

/** A rule as react-querybuilder writes it, which is how the API keeps it. */
export interface Group {
  combinator: "and" | "or";
  not?: boolean;
  rules: (Group | Test)[];
}

export interface Test {
  field: string;
  operator: string;
  value: unknown;
}

export type Kind = "text" | "date" | "attribute" | "happened" | "engaged" | "consent" | "belongs";

const OF_PEOPLE = Object.fromEntries(Object.entries(OF_FILTERS).filter(([field]) => field !== "contact.segments")) as Omit<typeof OF_FILTERS, "contact.segments">;

/** What tests ask about; those that end in a dot are beginnings, followed by a name. */
export const FIELDS = {
  "event.": msg`event of the contact`,
  "account_event.": msg`event anywhere at the account`,
  "engagement.sent": msg`message sent`,
  "engagement.opened": msg`message opened`,
  "engagement.clicked": msg`link followed`,
  "engagement.replied": msg`message answered`,
  consent: msg`consent`,
  segment: msg`segment`,
  list: msg`list`,
  condition: msg`condition`,
  ...OF_PEOPLE,
};

export type FieldName = keyof typeof FIELDS;

export const OPERATORS: Record<string, ReturnType<typeof msg>> = {
  "=": msg`is`,
  "!=": msg`is not`,
  "<": msg`is before or below`,
  "<=": msg`is at most`,
  ">": msg`is after or above`,
  ">=": msg`is at least`,
  in: msg`is one of`,
  notIn: msg`is none of`,
  contains: msg`contains`,
  doesNotContain: msg`does not contain`,
  beginsWith: msg`begins with`,
  null: msg`is empty`,
  notNull: msg`is not empty`,
  inLast: msg`was in the last days`,
  inNext: msg`is in the next days`,
  did: msg`happened`,
  didNot: msg`did not happen`,
  has: msg`is granted`,
  hasNot: msg`is not granted`,
};

const TEXTS = ["=", "!=", "in", "notIn", "contains", "doesNotContain", "beginsWith", "null", "notNull"];
const DATES = ["inLast", "inNext", "=", "<", "<=", ">", ">=", "null", "notNull"];
const CHOICES: Record<Kind, string[]> = {
  text: TEXTS,
  date: DATES,
  attribute: [...TEXTS, "<", "<=", ">", ">=", "inLast", "inNext"],
  happened: ["did", "didNot"],
  engaged: ["did", "didNot"],
  consent: ["has", "hasNot"],
  belongs: ["=", "!="],
};

/** The field among those that have words, and the name that follows it. */
export function fieldOf(field: string): { known: FieldName; name: string } | null {
  if (field in FIELDS) return { known: field as FieldName, name: "" };
  const beginning = (Object.keys(FIELDS) as FieldName[]).find((one) => one.endsWith(".") && field.startsWith(one));
  return beginning ? { known: beginning, name: field.slice(beginning.length) } : null;
}

export function kindOf(field: string): Kind {
  if (field.startsWith("event.") || field.startsWith("account_event.")) return "happened";
  if (field.startsWith("engagement.")) return "engaged";
  if (field.includes(".attributes.")) return "attribute";
  if (field === "consent") return "consent";
  if (["segment", "list", "condition", "preference"].includes(field)) return "belongs";
  return ["contact.created", "contact.paused_until", "account.created"].includes(field) ? "date" : "text";
}

export const operatorsOf = (field: string): string[] => CHOICES[kindOf(field)];

export const isGroup = (part: Group | Test): part is Group => "rules" in part;

/** A test to begin with. */
export function begun(field: string): Test {
  const kind = kindOf(field);
  const operator = operatorsOf(field)[0] ?? "=";
  const values: Partial<Record<Kind, unknown>> = { happened: { within_days: 30 }, engaged: { within_days: 30 }, consent: { channel: "email" }, date: 30 };
  return { field, operator, value: values[kind] ?? "" };
}

const SIMPLE: Partial<Record<Kind, string[]>> = { happened: ["at_least", "within_days"], engaged: ["within_days"], consent: ["channel", "topic"] };

/** Whether the row of a form can show a test; others are edited as JSON. */
export function isShown(test: Test): boolean {
  const kind = kindOf(test.field);
  if (!fieldOf(test.field) || !operatorsOf(test.field).includes(test.operator)) return false;
  const { value } = test;
  if (value === null || value === undefined || ["string", "number", "boolean"].includes(typeof value)) return true;
  if (Array.isArray(value)) return (kind === "text" || kind === "attribute") && value.every((one) => typeof one !== "object");
  return Object.keys(value as object).every((key) => SIMPLE[kind]?.includes(key));
}

/** What is written, as the comparison needs it: attributes hold numbers and flags too. */
export function read(text: string, test: Test, operator = test.operator): unknown {
  const typed = (part: string) => (kindOf(test.field) !== "attribute" ? part : part === "true" || part === "false" ? part === "true" : part !== "" && String(Number(part)) === part ? Number(part) : part);
  return operator === "in" || operator === "notIn" ? text.split(",").map((part) => typed(part.trim())) : typed(text);
}

export const written = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : typeof value === "object" ? "" : String(value ?? ""));
