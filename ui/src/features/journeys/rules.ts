import { msg } from "@lingui/core/macro";
import { FIELDS } from "../../ui/audience/audience";
import type { Rule } from "./document";

/** One comparison of a rule (docs/reference/rules.md). */
export interface Test {
  field: string;
  operator: string;
  value: unknown;
}

export const OPERATORS = {
  "=": msg`is`,
  "!=": msg`is not`,
  "<": msg`is before or below`,
  "<=": msg`is at most`,
  ">": msg`is after or above`,
  ">=": msg`is at least`,
  in: msg`is one of`,
  notIn: msg`is none of`,
  contains: msg`contains`,
  null: msg`is empty`,
  notNull: msg`is not empty`,
};

const TEXTS: (keyof typeof OPERATORS)[] = ["=", "!=", "in", "notIn", "contains", "null", "notNull"];
const DATES: (keyof typeof OPERATORS)[] = ["=", "!=", "<", "<=", ">", ">=", "null", "notNull"];

/** The comparisons that make sense for a field. */
export function operatorsOf(field: string): (keyof typeof OPERATORS)[] {
  if (field.includes(".attributes.")) return Object.keys(OPERATORS) as (keyof typeof OPERATORS)[];
  return ["contact.created", "contact.paused_until", "account.created"].includes(field) ? DATES : TEXTS;
}

export const RULE_FIELDS = Object.fromEntries(Object.entries(FIELDS).filter(([field]) => field !== "contact.segments"));

export const FIRST: Test = { field: "contact.stage", operator: "=", value: "onboarding" };

/** A rule of these comparisons, of which all must hold, or any. */
export const ruleOf = (combinator: string, tests: Test[]): Rule => ({ combinator, rules: tests });

/** The comparisons of a rule of one level that rows can show; null for others. */
export function testsOf(rule: Rule): { combinator: string; tests: Test[] } | null {
  if (rule.not || !Array.isArray(rule.rules)) return null;
  const known = (one: Partial<Test>) => typeof one.field === "string" && one.field.includes(".") && (one.field in RULE_FIELDS || one.field.includes(".attributes.")) && String(one.operator) in OPERATORS;
  return rule.rules.every(known) ? { combinator: String(rule.combinator ?? "and"), tests: rule.rules as Test[] } : null;
}
