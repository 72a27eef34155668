import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Autocomplete, Group as Row, JsonInput, NumberInput, Select, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { ChoicesView } from "../../api";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { CHANNELS, SENDABLE, STAGES, wordOf } from "../../ui/words";
import { begun, fieldOf, type FieldName, FIELDS, isShown, kindOf, OPERATORS, operatorsOf, read, type Test, written } from "./rule";

interface TestRowProps {
  test: Test;
  change: (test: Test) => void;
  choices: ChoicesView | undefined;
  /** Null for the only one, which stays. */
  remove: (() => void) | null;
}

/** One test of a rule: what it asks about, how, and the value. What the row cannot show is edited as JSON. */
export function TestRow({ test, change, choices, remove }: TestRowProps) {
  const { t } = useLingui();
  return (
    <Row gap="xs" align="flex-end" wrap="wrap">
      {isShown(test) ? <Shown test={test} change={change} choices={choices} /> : <Deep test={test} change={change} />}
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Remove the rule`} disabled={!remove} onClick={() => remove?.()}><IconTrash size={18} /></ActionIcon>
    </Row>
  );
}

type EditProps = Omit<TestRowProps, "remove">;

function Shown({ test, change, choices }: EditProps) {
  const { t, i18n } = useLingui();
  const { known, name } = fieldOf(test.field) ?? { known: "contact.country" as FieldName, name: "" };
  const names: Record<string, string[] | undefined> = { "event.": choices?.events, "account_event.": choices?.events, "contact.attributes.": choices?.contact_attributes, "account.attributes.": choices?.account_attributes };
  const operate = (operator: string) => change({ ...test, operator, value: kindOf(test.field) === "text" || kindOf(test.field) === "attribute" ? read(written(test.value), test, operator) : test.value });
  return (
    <>
      <Select aria-label={t`Field`} w={{ base: "100%", sm: 230 }} searchable allowDeselect={false} value={known} onChange={(value) => { if (value) change(begun(value)); }}
        data={(Object.keys(FIELDS) as FieldName[]).map((value) => ({ value, label: i18n._(FIELDS[value]) }))} />
      {known.endsWith(".") ? (
        <Autocomplete aria-label={t`Name`} placeholder={t`Name`} w={180} required value={name} data={names[known] ?? []} onChange={(value) => change({ ...test, field: `${known}${value}` })} />
      ) : null}
      <Select aria-label={t`Comparison`} w={170} allowDeselect={false} value={test.operator} onChange={(value) => operate(value ?? "=")}
        data={operatorsOf(test.field).map((value) => ({ value, label: i18n._(wordOf(OPERATORS, value)) }))} />
      <Value test={test} change={change} choices={choices} />
    </>
  );
}

function Value({ test, change, choices }: EditProps) {
  const { t, i18n } = useLingui();
  const put = (value: unknown) => change({ ...test, value });
  const { field, operator, value } = test;
  const kind = kindOf(field);
  if (operator === "null" || operator === "notNull") return null;
  if (kind === "happened" || kind === "engaged") return <Times test={test} put={put} />;
  if (kind === "consent") {
    const said = value as { channel?: string; topic?: string };
    return (
      <>
        <Select aria-label={t`Channel`} w={160} allowDeselect={false} value={said.channel ?? null} onChange={(channel) => put({ ...said, channel })} data={SENDABLE.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} />
        <Select aria-label={t`Topic`} w={180} placeholder={t`every topic`} clearable value={said.topic ?? null} onChange={(topic) => put(topic ? { channel: said.channel, topic } : { channel: said.channel })} data={choices?.topics ?? []} />
      </>
    );
  }
  const shared = { "aria-label": t`Value`, style: { flex: 1 }, miw: 140, required: true };
  if (operator === "inLast" || operator === "inNext") {
    return <NumberInput {...shared} min={0} max={36_500} allowDecimal={false} suffix={` ${t`days`}`} value={Number(value) || 0} onChange={(days) => put(Number(days))} />;
  }
  if (kind === "belongs") {
    const names: Record<string, string[] | undefined> = { segment: choices?.segments, list: choices?.lists, condition: choices?.conditions };
    return <Select {...shared} searchable value={written(value) || null} onChange={put} data={[...new Set([...(names[field] ?? []), written(value)].filter(Boolean))]} />;
  }
  const exact = operator === "=" || operator === "!=";
  if (exact && field.endsWith(".stage")) return <Select {...shared} value={written(value) || null} onChange={put} data={Object.entries(STAGES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} />;
  if (exact && field === "contact.language") return <Select {...shared} value={written(value) || null} onChange={put} data={Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({ value: code, label }))} />;
  const listed = operator === "in" || operator === "notIn";
  return (
    <TextInput {...shared} type={kind === "date" ? "date" : "text"} value={written(value)} placeholder={listed ? t`one, another` : undefined}
      onChange={(event) => put(read(event.currentTarget.value, test))} />
  );
}

/** How often something happened, and within how many days. */
function Times({ test, put }: { test: Test; put: (value: unknown) => void }) {
  const { t } = useLingui();
  const said = (typeof test.value === "object" ? (test.value ?? {}) : {}) as { at_least?: number; within_days?: number };
  const set = (part: object) => put(Object.fromEntries(Object.entries<unknown>({ ...said, ...part }).filter(([, one]) => one !== "" && one !== undefined)));
  return (
    <>
      {kindOf(test.field) === "happened" ? (
        <NumberInput aria-label={t`How often at least`} placeholder={t`how often`} prefix="≥ " suffix={` ×`} w={110} min={1} max={1_000_000} allowDecimal={false} value={said.at_least ?? ""} onChange={(count) => set({ at_least: count })} />
      ) : null}
      <NumberInput aria-label={t`Within so many days`} placeholder={t`at any time`} suffix={` ${t`days`}`} w={130} min={1} max={36_500} allowDecimal={false} value={said.within_days ?? ""} onChange={(days) => set({ within_days: days })} />
    </>
  );
}

function Deep({ test, change }: { test: Test; change: (test: Test) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => JSON.stringify(test, null, 1));
  return (
    <JsonInput label={t`Rule`} description={t`It says more than the form can show, so it is edited as JSON.`} style={{ flex: 1 }} value={text} autosize minRows={4} maxRows={14} validationError={t`This is not JSON.`}
      onChange={(value) => {
        setText(value);
        try {
          const parsed = JSON.parse(value) as Partial<Test> | null;
          if (typeof parsed?.field === "string") change(parsed as Test);
        } catch {
          // not yet
        }
      }} />
  );
}
