import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Input, JsonInput, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Properties, Rule, Span } from "./document";

interface SpanInputProps {
  label: string;
  value: Span;
  change: (span: Span) => void;
  error: string | undefined;
}

/** A length of time in days, hours and minutes. */
export function SpanInput({ label, value, change, error }: SpanInputProps) {
  const { t } = useLingui();
  const part = (name: keyof Span, word: string) => (
    <NumberInput label={word} min={0} max={3660} allowDecimal={false} value={value[name] ?? 0} onChange={(count) => change({ ...value, [name]: Number(count) || undefined })} error={Boolean(error)} />
  );
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      <Group grow gap="xs" role="group" aria-label={label}>{part("days", t`Days`)}{part("hours", t`Hours`)}{part("minutes", t`Minutes`)}</Group>
    </Input.Wrapper>
  );
}

/** A number that may be left out. */
export const numberOf = (value: string | number): number | undefined => (value === "" ? undefined : Number(value));

interface WhereInputProps {
  value: Properties | undefined;
  change: (where: Properties | undefined) => void;
}

/** The properties that an event must have. */
export function WhereInput({ value, change }: WhereInputProps) {
  const { t } = useLingui();
  const pairs = Object.entries(value ?? {});
  const put = (next: [string, Properties[string]][]) => change(next.length ? Object.fromEntries(next) : undefined);
  return (
    <Input.Wrapper label={t`Only if it has these properties`} labelElement="div">
      <Stack gap="xs">
        {pairs.map(([name, wanted], at) => (
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput aria-label={t`Property`} placeholder={t`Property`} value={name} onChange={(event) => put(pairs.map((pair, index) => (index === at ? [event.currentTarget.value, wanted] : pair)))} style={{ flex: 1 }} />
            <span aria-hidden>=</span>
            <TextInput aria-label={t`Value`} value={String(wanted)} onChange={(event) => put(pairs.map((pair, index) => (index === at ? [name, read(event.currentTarget.value)] : pair)))} style={{ flex: 1 }} />
            <ActionIcon variant="subtle" color="gray" aria-label={t`Remove the property`} onClick={() => put(pairs.filter((_, index) => index !== at))}><IconTrash size={16} /></ActionIcon>
          </Group>
        ))}
        <Button variant="default" size="compact-sm" w="fit-content" disabled={"" in (value ?? {})} onClick={() => put([...pairs, ["", ""]])}><Trans>Add a property</Trans></Button>
      </Stack>
    </Input.Wrapper>
  );
}

/** What somebody wrote as the event has it: numbers and flags are no texts. */
export function read(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

interface RuleJsonProps {
  label: string;
  value: Rule | null | undefined;
  change: (rule: Rule) => void;
}

/** A rule that is nested, or asks what the rows cannot show, as JSON. */
export function RuleJson({ label, value, change }: RuleJsonProps) {
  const { t } = useLingui();
  const [text, setText] = useState(() => JSON.stringify(value ?? {}, null, 1));
  return (
    <JsonInput label={label} description={t`It is nested, so it is edited as JSON.`} value={text} autosize minRows={5} maxRows={16} validationError={t`This is not JSON.`}
      onChange={(written) => {
        setText(written);
        const rule = ruleIn(written);
        if (rule) change(rule);
      }} />
  );
}

function ruleIn(text: string): Rule | null {
  try {
    const rule: unknown = JSON.parse(text);
    return typeof rule === "object" && rule !== null && "rules" in rule ? (rule as Rule) : null;
  } catch {
    return null;
  }
}
