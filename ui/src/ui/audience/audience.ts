import { msg } from "@lingui/core/macro";

export type Audience = Record<string, unknown>;

export interface Condition {
  field: string;
  op: string;
  value: unknown;
}

export const EVERYONE: Audience = { everyone: true };

/** The comparisons of filters, in words. */
export const OPERATORS = {
  "=": msg`is`,
  "!=": msg`is not`,
  "<": msg`is before or below`,
  "<=": msg`is at most`,
  ">": msg`is after or above`,
  ">=": msg`is at least`,
  in: msg`is one of`,
  contains: msg`contains`,
  "is empty": msg`is empty`,
};

/** What filters ask about; the last two are beginnings, followed by the name of an attribute. */
export const FIELDS = {
  "contact.stage": msg`stage of the contact`,
  "contact.segments": msg`segments of the contact`,
  "contact.language": msg`language of the contact`,
  "contact.country": msg`country of the contact`,
  "contact.region": msg`region of the contact`,
  "contact.zone": msg`time zone of the contact`,
  "contact.email": msg`e-mail address of the contact`,
  "contact.first_name": msg`first name of the contact`,
  "contact.last_name": msg`last name of the contact`,
  "contact.external_id": msg`id of the contact`,
  "contact.created": msg`day since when the contact is known`,
  "contact.paused_until": msg`end of the contact’s pause`,
  "account.name": msg`name of the account`,
  "account.stage": msg`stage of the account`,
  "account.country": msg`country of the account`,
  "account.region": msg`region of the account`,
  "account.zone": msg`time zone of the account`,
  "account.external_id": msg`id of the account`,
  "account.created": msg`day since when the account is known`,
  "contact.attributes.": msg`attribute of the contact`,
  "account.attributes.": msg`attribute of the account`,
};

export type FieldName = keyof typeof FIELDS;

const BEGINNINGS = ["contact.attributes.", "account.attributes."] as const;
const DATES = ["contact.created", "contact.paused_until", "account.created"];

/** A field as one of those that have words, with the name of the attribute where it is one; null for others. */
export function fieldOf(field: string): { known: FieldName; attribute: string } | null {
  const beginning = BEGINNINGS.find((one) => field.startsWith(one));
  if (beginning) return { known: beginning, attribute: field.slice(beginning.length) };
  return field in FIELDS ? { known: field as FieldName, attribute: "" } : null;
}

export const isDate = (field: string): boolean => DATES.includes(field);

/** The comparisons that make sense for a field. */
export function operatorsOf(field: string): (keyof typeof OPERATORS)[] {
  if (isDate(field)) return ["=", "!=", "<", "<=", ">", ">=", "is empty"];
  if (field === "contact.segments") return ["contains", "is empty"];
  if (field in FIELDS && !field.endsWith(".")) return ["=", "!=", "in", "contains", "is empty"];
  return Object.keys(OPERATORS) as (keyof typeof OPERATORS)[];
}

export function kindOf(audience: Audience): "everyone" | "list" | "segment" | "filter" {
  if ("segment" in audience) return "segment";
  if ("list" in audience) return "list";
  return "filter" in audience ? "filter" : "everyone";
}

/** The conditions of a filter of one level that the form can show; null for others. */
export function conditionsOf(audience: Audience): { joined: "all" | "any"; conditions: Condition[] } | null {
  const filter = audience.filter as Record<string, unknown> | undefined;
  for (const joined of ["all", "any"] as const) {
    const inner = filter?.[joined];
    if (Array.isArray(inner) && inner.every(isShown)) return { joined, conditions: inner as Condition[] };
  }
  return null;
}

function isShown(one: unknown): boolean {
  if (typeof one !== "object" || one === null || !("field" in one) || !("op" in one)) return false;
  const value = "value" in one ? one.value : undefined;
  const plain = (part: unknown) => ["string", "number", "boolean", "undefined"].includes(typeof part);
  return typeof one.field === "string" && (plain(value) || (Array.isArray(value) && value.every(plain)));
}

/** A value as people write it: lists with commas between. */
export function written(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** What somebody wrote, as the comparison needs it: numbers and flags of attributes are no texts. */
export function read(text: string, field: string, op: string): unknown {
  const one = (part: string) => (fieldOf(field)?.attribute ? typed(part) : part);
  return op === "in" ? text.split(",").map((part) => one(part.trim())) : one(text);
}

function typed(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}
