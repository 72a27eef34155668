import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, JsonInput, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { type Audience, type Condition, conditionsOf, kindOf, OPERATORS, read, written } from "./audience";

interface AudienceEditorProps {
  audience: Audience;
  change: (audience: Audience) => void;
  error: string | undefined;
}

/** Whom a campaign is for: everyone, a list, or those whom conditions fit. What is nested deeper is edited as JSON. */
export function AudienceEditor({ audience, change, error }: AudienceEditorProps) {
  const { t } = useLingui();
  const kind = kindOf(audience);
  const start: Record<string, Audience> = { everyone: { everyone: true }, list: { list: "" }, filter: { filter: { all: [{ field: "contact.stage", op: "=", value: "onboarding" }] } } };
  return (
    <Stack gap="sm">
      <SegmentedControl aria-label={t`Who`} value={kind} onChange={(value) => change(start[value] ?? { everyone: true })} w="fit-content"
        data={[{ value: "everyone", label: t`Everyone` }, { value: "list", label: t`A list` }, { value: "filter", label: t`Those who …` }]} />
      {kind === "list" ? (
        <TextInput label={t`Name of the list`} required maw={360} value={String(audience.list ?? "")} onChange={(event) => change({ list: event.currentTarget.value })} error={error} />
      ) : null}
      {kind === "filter" ? (conditionsOf(audience) ? <Conditions audience={audience} change={change} /> : <Deep audience={audience} change={change} />) : null}
      {error && kind !== "list" ? <Text size="sm" c="red" role="alert">{error}</Text> : null}
    </Stack>
  );
}

function Conditions({ audience, change }: { audience: Audience; change: (audience: Audience) => void }) {
  const { t, i18n } = useLingui();
  const { joined, conditions } = conditionsOf(audience) ?? { joined: "all" as const, conditions: [] };
  const put = (next: Condition[], by: "all" | "any" = joined) => change({ filter: { [by]: next } });
  const replace = (index: number, part: Partial<Condition>) => put(conditions.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Stack gap="xs">
      <Select aria-label={t`How the conditions are joined`} w={240} allowDeselect={false} value={joined} onChange={(value) => put(conditions, value as "all" | "any")}
        data={[{ value: "all", label: t`All of these fit` }, { value: "any", label: t`At least one fits` }]} />
      {conditions.map((one, index) => (
        <Group key={index} gap="xs" align="flex-end" wrap="wrap">
          <TextInput aria-label={t`Field`} w={{ base: "100%", sm: 260 }} value={one.field} list="fields" required onChange={(event) => replace(index, { field: event.currentTarget.value })} />
          <Select aria-label={t`Comparison`} w={150} allowDeselect={false} value={one.op} onChange={(value) => replace(index, { op: value ?? "=" })}
            data={Object.entries(OPERATORS).map(([value, label]) => ({ value, label: i18n._(label) }))} />
          {one.op === "is empty" ? null : (
            <TextInput aria-label={t`Value`} style={{ flex: 1 }} miw={140} value={written(one.value)} required onChange={(event) => replace(index, { value: read(event.currentTarget.value, one.op) })} />
          )}
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Take the condition away`} disabled={conditions.length === 1} onClick={() => put(conditions.filter((_, at) => at !== index))}><IconTrash size={18} /></ActionIcon>
        </Group>
      ))}
      <datalist id="fields">
        {["contact.stage", "contact.language", "contact.country", "contact.region", "contact.segments", "contact.email", "account.name", "account.stage", "contact.attributes.role", "account.attributes.plan", "account.attributes.renewal_date"].map((one) => <option key={one} value={one} />)}
      </datalist>
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...conditions, { field: "contact.country", op: "=", value: "BR" }])}><Trans>Add a condition</Trans></Button>
    </Stack>
  );
}

function Deep({ audience, change }: { audience: Audience; change: (audience: Audience) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => JSON.stringify(audience, null, 1));
  return (
    <JsonInput label={t`Filter`} description={t`It is nested, so it is edited as it is written.`} value={text} autosize minRows={6} maxRows={18} validationError={t`This is not JSON.`}
      onChange={(value) => {
        setText(value);
        try {
          change(JSON.parse(value) as Audience);
        } catch {
          // Not yet whole: the field says so.
        }
      }} />
  );
}
