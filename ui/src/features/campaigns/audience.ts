import { msg } from "@lingui/core/macro";

export type Audience = Record<string, unknown>;

export interface Condition {
  field: string;
  op: string;
  value: unknown;
}

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

export function kindOf(audience: Audience): "everyone" | "list" | "filter" {
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
  return plain(value) || (Array.isArray(value) && value.every(plain));
}

/** A value as people write it: lists with commas between. */
export function written(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** What somebody wrote, as the comparison needs it. */
export function read(text: string, op: string): unknown {
  return op === "in" ? text.split(",").map((part) => part.trim()) : text;
}
