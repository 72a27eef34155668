import { useLingui } from "@lingui/react/macro";
import { SegmentedControl, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { listJourneysOptions } from "../../api";
import { STAGES } from "../../ui/words";
import { BranchFields, SplitFields } from "./BranchFields";
import type { Journey, Kind, Step } from "./document";
import { read } from "./inputs";
import { MessageFields } from "./MessageFields";
import { TaskFields, WaitDateFields, WaitDayFields, WaitEventFields, WaitFields } from "./WaitFields";

export interface FieldsProps {
  step: Step;
  journey: Journey;
  change: (part: Partial<Step>) => void;
  /** What is wrong with a field, in a sentence. */
  said: (field: string) => string | undefined;
  colleagues: { value: string; label: string }[];
}

const FIELDS: Record<Kind, ((props: FieldsProps) => ReactNode) | null> = {
  message: MessageFields, wait: WaitFields, wait_day: WaitDayFields, wait_date: WaitDateFields, wait_event: WaitEventFields, branch: BranchFields, split: SplitFields, task: TaskFields, set: SetFields, start: OtherFields, leave: OtherFields, goal: null, exit: null,
};

/** The form of a step by its kind. */
export function StepFields(props: FieldsProps) {
  const Fields = FIELDS[props.step.kind];
  return Fields ? <Fields {...props} /> : null;
}

function SetFields({ step, change, said }: FieldsProps) {
  const { t, i18n } = useLingui();
  const isStage = step.attribute === "stage";
  return (
    <Stack>
      <SegmentedControl aria-label={t`What to change`} value={isStage ? "stage" : "attribute"} onChange={(kind) => change({ attribute: kind === "stage" ? "stage" : "", value: "" })}
        data={[{ value: "attribute", label: t`An attribute` }, { value: "stage", label: t`The stage` }]} />
      {isStage ? null : <TextInput label={t`Attribute`} description={t`With account. in front for one of the account`} value={step.attribute ?? ""} onChange={(event) => change({ attribute: event.currentTarget.value })} error={said("attribute")} inputWrapperOrder={["label", "input", "description", "error"]} />}
      {isStage
        ? <Select label={t`Stage`} allowDeselect={false} value={String(step.value ?? "") || null} onChange={(value) => change({ value })} data={Object.entries(STAGES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} />
        : <Switch label={t`Remove the attribute`} checked={step.value === null || step.value === undefined} onChange={(event) => change({ value: event.currentTarget.checked ? null : "" })} />}
      {isStage || step.value === null || step.value === undefined ? null : <TextInput label={t`Value`} value={String(step.value)} onChange={(event) => change({ value: read(event.currentTarget.value) })} error={said("value")} />}
    </Stack>
  );
}

function OtherFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  const others = (useQuery(listJourneysOptions()).data ?? []).map((one) => one.name);
  return <Select label={t`Journey`} searchable value={step.journey || null} onChange={(journey) => change({ journey: journey ?? "" })} data={step.journey && !others.includes(step.journey) ? [...others, step.journey] : others} error={said("journey")} nothingFoundMessage={t`There is no other journey yet.`} />;
}
