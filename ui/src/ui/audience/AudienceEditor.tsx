import { Trans, useLingui } from "@lingui/react/macro";
import { Button, JsonInput, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listListsOptions, listSegmentsOptions } from "../../api";
import { type Audience, type Condition, conditionsOf, EVERYONE, kindOf } from "./audience";
import { ConditionRow } from "./ConditionRow";

interface AudienceEditorProps {
  audience: Audience;
  change: (audience: Audience) => void;
  error: string | undefined;
}

/** Who is meant: everyone, a list, or those whom conditions fit. What is nested deeper is edited as JSON. */
export function AudienceEditor({ audience, change, error }: AudienceEditorProps) {
  const { t } = useLingui();
  const narrow = useMediaQuery("(max-width: 30em)") ?? false;
  const kind = kindOf(audience);
  const start: Record<string, Audience> = { everyone: EVERYONE, list: { list: "" }, segment: { segment: "" }, filter: { filter: { all: [{ field: "contact.stage", op: "=", value: "onboarding" }] } } };
  return (
    <Stack gap="sm">
      <SegmentedControl aria-label={t`Who`} value={kind} onChange={(value) => change(start[value] ?? EVERYONE)} w="fit-content" orientation={narrow ? "vertical" : "horizontal"}
        data={[{ value: "everyone", label: t`Everyone` }, { value: "list", label: t`A list` }, { value: "segment", label: t`A segment` }, { value: "filter", label: t`Those who …` }]} />
      {kind === "list" ? <ListSelect audience={audience} change={change} error={error} /> : null}
      {kind === "segment" ? <SegmentSelect audience={audience} change={change} error={error} /> : null}
      {kind === "filter" ? (conditionsOf(audience) ? <Conditions audience={audience} change={change} /> : <Deep audience={audience} change={change} />) : null}
      {error && kind !== "list" && kind !== "segment" ? <Text size="sm" c="red" role="alert">{error}</Text> : null}
    </Stack>
  );
}

function ListSelect({ audience, change, error }: AudienceEditorProps) {
  const { t } = useLingui();
  const lists = useQuery(listListsOptions());
  const chosen = String(audience.list ?? "");
  const names = (lists.data ?? []).map((one) => one.name);
  return (
    <Select label={t`List`} required searchable maw={360} value={chosen || null} onChange={(value) => change({ list: value ?? "" })} error={error}
      data={chosen && !names.includes(chosen) ? [...names, chosen] : names}
      nothingFoundMessage={<Trans>There is no list yet. The command pauta campaign save-list makes one from a file.</Trans>} />
  );
}

function SegmentSelect({ audience, change, error }: AudienceEditorProps) {
  const { t } = useLingui();
  const segments = useQuery(listSegmentsOptions());
  const chosen = String(audience.segment ?? "");
  const choices = (segments.data ?? []).map((one) => ({ value: one.key, label: one.name }));
  return (
    <Select label={t`Segment`} required searchable maw={360} value={chosen || null} onChange={(value) => change({ segment: value ?? "" })} error={error}
      data={chosen && !choices.some((one) => one.value === chosen) ? [...choices, { value: chosen, label: chosen }] : choices}
      nothingFoundMessage={<Trans>There is no segment yet. Make one under Segments.</Trans>} />
  );
}

function Conditions({ audience, change }: { audience: Audience; change: (audience: Audience) => void }) {
  const { t } = useLingui();
  const { joined, conditions } = conditionsOf(audience) ?? { joined: "all" as const, conditions: [] };
  const put = (next: Condition[], by: "all" | "any" = joined) => change({ filter: { [by]: next } });
  return (
    <Stack gap="xs">
      <Select aria-label={t`How the conditions are joined`} w={240} allowDeselect={false} value={joined} onChange={(value) => put(conditions, value as "all" | "any")}
        data={[{ value: "all", label: t`All of these fit` }, { value: "any", label: t`At least one fits` }]} />
      {conditions.map((one, index) => (
        <ConditionRow key={index} condition={one} change={(next) => put(conditions.map((old, at) => (at === index ? next : old)))}
          remove={conditions.length > 1 ? () => put(conditions.filter((_, at) => at !== index)) : null} />
      ))}
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...conditions, { field: "contact.country", op: "=", value: "BR" }])}><Trans>Add a condition</Trans></Button>
    </Stack>
  );
}

function Deep({ audience, change }: { audience: Audience; change: (audience: Audience) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => JSON.stringify(audience, null, 1));
  return (
    <JsonInput label={t`Filter`} description={t`It is nested, so it is edited as JSON.`} value={text} autosize minRows={6} maxRows={18} validationError={t`This is not JSON.`}
      onChange={(value) => {
        setText(value);
        const read = filterIn(value);
        if (read) change(read);
      }} />
  );
}

/** The audience that is written; null while it is none, not yet. */
function filterIn(text: string): Audience | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && "filter" in read ? (read as Audience) : null;
  } catch {
    return null;
  }
}
