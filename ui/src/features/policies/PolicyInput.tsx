import { useLingui } from "@lingui/react/macro";
import { Checkbox, Group, Input, MultiSelect, NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { range, useFormats } from "../../ui/dates";
import { CHANNELS, TYPES, wordOf } from "../../ui/words";
import { CHOICES, type PolicyField } from "./kinds";

interface PolicyInputProps {
  field: PolicyField;
  value: unknown;
  change: (value: unknown) => void;
  error: string | undefined;
}

const SOME_MONDAY = "2026-11-23";

/** The input for one field of a policy. */
export function PolicyInput({ field, value, change, error }: PolicyInputProps) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const label = i18n._(field.label);
  switch (field.input) {
    case "number":
      return <NumberInput label={label} min={0} value={(value as number | undefined) ?? ""} onChange={(given) => change(given === "" ? undefined : Number(given))} error={error} />;
    case "text":
      return <TextInput label={label} value={(value as string | undefined) ?? ""} onChange={(event) => change(event.currentTarget.value)} error={error} />;
    case "flag":
      return <Switch label={label} checked={value === true} onChange={(event) => change(event.currentTarget.checked || undefined)} error={error} mt="lg" />;
    case "choice": {
      const words = { ...CHANNELS, ...TYPES, ...CHOICES };
      return <Select label={label} value={(value as string | undefined) ?? null} onChange={(given) => change(given ?? undefined)} error={error} data={(field.choices ?? []).map((code) => ({ value: code, label: i18n._(wordOf(words, code)) }))} />;
    }
    case "types":
      return <MultiSelect label={label} value={(value as string[] | undefined) ?? []} onChange={change} error={error} data={Object.entries(TYPES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} />;
    case "weekdays":
      return (
        <Checkbox.Group label={label} value={((value as number[] | undefined) ?? []).map(String)} onChange={(given) => change(given.map(Number).sort())} error={error}>
          <Group gap="xs" mt={4}>{range(SOME_MONDAY, 7).map((day, index) => <Checkbox key={day} value={String(index + 1)} label={formats.weekday(day)} />)}</Group>
        </Checkbox.Group>
      );
    case "hours": {
      const [from = "", to = ""] = (value as string[] | undefined) ?? [];
      const both = (first: string, last: string) => change(first && last ? [first, last] : undefined);
      return (
        <Input.Wrapper label={label} error={error}>
          <Group gap="xs" wrap="nowrap">
            <TextInput type="time" aria-label={`${label} 1`} value={from} onChange={(event) => both(event.currentTarget.value, to || "18:00")} />
            <span aria-hidden>–</span>
            <TextInput type="time" aria-label={`${label} 2`} value={to} onChange={(event) => both(from || "08:00", event.currentTarget.value)} />
          </Group>
        </Input.Wrapper>
      );
    }
    default:
      return <TagsInput label={label} value={(value as string[] | undefined) ?? []} onChange={change} error={error} />;
  }
}
