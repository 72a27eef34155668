import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { fieldOf, isDate } from "../../ui/audience/audience";
import { STAGES } from "../../ui/words";
import type { Rule } from "./document";
import { read, RuleJson } from "./inputs";
import { FIRST, OPERATORS, operatorsOf, RULE_FIELDS, ruleOf, type Test, testsOf } from "./rules";

interface RuleInputProps {
  label: string;
  value: Rule | null | undefined;
  change: (rule: Rule) => void;
  error: string | undefined;
}

/** A rule about the contact and its account. */
export function RuleInput({ label, value, change, error }: RuleInputProps) {
  const { t } = useLingui();
  const shown = testsOf(value ?? ruleOf("and", [FIRST]));
  if (!shown) return <RuleJson label={label} value={value} change={change} />;
  const { combinator, tests } = shown;
  const put = (next: Test[], by = combinator) => change(ruleOf(by, next));
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      {tests.length > 1 ? (
        <Select aria-label={t`How the conditions are joined`} allowDeselect={false} value={combinator} onChange={(by) => put(tests, by ?? "and")}
          data={[{ value: "and", label: t`All of these fit` }, { value: "or", label: t`At least one fits` }]} />
      ) : null}
      {tests.map((one, at) => (
        <TestRow key={at} test={one} change={(next) => put(tests.map((old, index) => (index === at ? next : old)))} remove={tests.length > 1 ? () => put(tests.filter((_, index) => index !== at)) : null} />
      ))}
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...tests, FIRST])}><Trans>Add a condition</Trans></Button>
      {error ? <Text size="sm" c="red" role="alert">{error}</Text> : null}
    </Stack>
  );
}

function TestRow({ test, change, remove }: { test: Test; change: (test: Test) => void; remove: (() => void) | null }) {
  const { t, i18n } = useLingui();
  const found = fieldOf(test.field);
  const known: string = found?.known ?? test.field;
  const without = test.operator === "null" || test.operator === "notNull";
  const choose = (field: string) => change({ field, operator: operatorsOf(field).find((one) => one === test.operator) ?? "=", value: "" });
  return (
    <Group gap="xs" p="xs" style={{ border: "1px solid var(--line)", borderRadius: "var(--mantine-radius-md)" }}>
      <Select aria-label={t`Field`} w="100%" searchable allowDeselect={false} value={known} onChange={(field) => { if (field) choose(field); }} data={Object.entries(RULE_FIELDS).map(([field, word]) => ({ value: field, label: i18n._(word) }))} />
      {known.endsWith(".") ? <TextInput aria-label={t`Name of the attribute`} placeholder={t`Name`} w="100%" value={found?.attribute ?? ""} onChange={(event) => change({ ...test, field: `${known}${event.currentTarget.value}` })} /> : null}
      <Select aria-label={t`Comparison`} style={{ flex: 1 }} miw={130} allowDeselect={false} value={test.operator} data={operatorsOf(test.field).map((one) => ({ value: one, label: i18n._(OPERATORS[one]) }))}
        onChange={(operator) => change({ ...test, operator: operator ?? "=", value: operator === "null" || operator === "notNull" ? null : (test.value ?? "") })} />
      {without ? null : <Value test={test} change={(value) => change({ ...test, value })} />}
      <ActionIcon variant="subtle" color="gray" aria-label={t`Remove the condition`} disabled={!remove} onClick={() => remove?.()}><IconTrash size={16} /></ActionIcon>
    </Group>
  );
}

function Value({ test, change }: { test: Test; change: (value: unknown) => void }) {
  const { t, i18n } = useLingui();
  const { field, operator, value } = test;
  const shared = { "aria-label": t`Value`, style: { flex: 1 }, miw: 120 };
  const many = operator === "in" || operator === "notIn";
  if (field.endsWith(".stage") && !many) {
    return <Select {...shared} allowDeselect={false} value={String(value ?? "") || null} onChange={change} data={Object.entries(STAGES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} />;
  }
  const one = (text: string) => (field.includes(".attributes.") ? read(text) : text);
  return (
    <TextInput {...shared} type={isDate(field) && !many ? "date" : "text"} value={Array.isArray(value) ? value.join(", ") : String(value ?? "")} placeholder={many ? t`one, another` : undefined}
      onChange={(event) => change(many ? event.currentTarget.value.split(",").map((part) => one(part.trim())) : one(event.currentTarget.value))} />
  );
}
