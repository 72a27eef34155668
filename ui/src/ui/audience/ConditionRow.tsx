import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Select, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { LANGUAGE_NAMES } from "../languages";
import { STAGES } from "../words";
import { type Condition, type FieldName, FIELDS, fieldOf, isDate, OPERATORS, operatorsOf, read, written } from "./audience";

interface ConditionRowProps {
  condition: Condition;
  change: (condition: Condition) => void;
  /** Null for the only one, which stays. */
  remove: (() => void) | null;
}

/** One condition of a filter: a field, a comparison, a value. */
export function ConditionRow({ condition, change, remove }: ConditionRowProps) {
  const { t, i18n } = useLingui();
  const found = fieldOf(condition.field);
  const choices = (Object.keys(FIELDS) as FieldName[]).map((value) => ({ value, label: i18n._(FIELDS[value]) }));
  const known: string = found?.known ?? condition.field;
  const choose = (field: string) => {
    const ops = operatorsOf(field);
    const op = ops.find((one) => one === condition.op) ?? ops[0] ?? "=";
    change({ field, op, value: "" });
  };
  return (
    <Group gap="xs" align="flex-end" wrap="wrap">
      <Select aria-label={t`Field`} w={{ base: "100%", sm: 260 }} searchable allowDeselect={false} value={known} onChange={(value) => { if (value) choose(value); }}
        data={found ? choices : [...choices, { value: condition.field, label: condition.field }]} />
      {known.endsWith(".") ? (
        <TextInput aria-label={t`Name of the attribute`} placeholder={t`Name`} w={160} required value={found?.attribute ?? ""} onChange={(event) => change({ ...condition, field: `${known}${event.currentTarget.value}` })} />
      ) : null}
      <Select aria-label={t`Comparison`} w={170} allowDeselect={false} value={condition.op} onChange={(value) => change({ ...condition, op: value ?? "=", value: value === "is empty" ? true : read(written(condition.op === "is empty" ? "" : condition.value), condition.field, value ?? "=") })}
        data={operatorsOf(condition.field).map((value) => ({ value, label: i18n._(OPERATORS[value]) }))} />
      {condition.op === "is empty" ? null : <Value condition={condition} change={(value) => change({ ...condition, value })} />}
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Remove the condition`} disabled={!remove} onClick={() => remove?.()}><IconTrash size={18} /></ActionIcon>
    </Group>
  );
}

function Value({ condition, change }: { condition: Condition; change: (value: unknown) => void }) {
  const { t, i18n } = useLingui();
  const { field, op, value } = condition;
  const exact = op === "=" || op === "!=";
  const shared = { "aria-label": t`Value`, style: { flex: 1 }, miw: 140, required: true };
  if (exact && field.endsWith(".stage")) {
    return <Select {...shared} allowDeselect={false} value={written(value) || null} onChange={change} data={Object.entries(STAGES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} />;
  }
  if (exact && field === "contact.language") {
    return <Select {...shared} allowDeselect={false} value={written(value) || null} onChange={change} data={Object.entries(LANGUAGE_NAMES).map(([code, label]) => ({ value: code, label }))} />;
  }
  return (
    <TextInput {...shared} type={isDate(field) ? "date" : "text"} value={written(value)} placeholder={op === "in" ? t`one, another` : undefined}
      onChange={(event) => change(read(event.currentTarget.value, field, op))} />
  );
}
