import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Fieldset, Group, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { listSegmentsOptions } from "../../api";
import type { Entry, Happening, Journey } from "./document";
import { numberOf, WhereInput } from "./inputs";
import { DefaultsFields } from "./MessageFields";
import { RuleInput } from "./RuleInput";
import { FIRST, ruleOf } from "./rules";
import { Around } from "./WaitFields";

interface EntryFieldsProps {
  journey: Journey;
  change: (part: Partial<Journey>) => void;
  said: (field: string) => string | undefined;
}

/** How contacts get in, how they get out, and what messages of the journey are. */
export function EntryFields({ journey, change, said }: EntryFieldsProps) {
  const { t } = useLingui();
  return (
    <Stack>
      <Fieldset legend={t`Who comes in`}><EntryField entry={journey.entry} change={(entry) => change({ entry })} said={said} /></Fieldset>
      <Fieldset legend={t`Again`}><AgainField journey={journey} change={change} said={said} /></Fieldset>
      <Fieldset legend={t`What it is made for`}><GoalField journey={journey} change={change} said={said} /></Fieldset>
      <Fieldset legend={t`Who leaves at once`}><ExitsField journey={journey} change={change} said={said} /></Fieldset>
      <Fieldset legend={t`Its messages`}>
        <DefaultsFields value={journey.messages ?? {}} usual={null} change={(part) => change({ messages: { ...journey.messages, ...part } })} said={(field) => said(`messages.${field}`)} />
      </Fieldset>
    </Stack>
  );
}

function EntryField({ entry, change, said }: { entry: Entry; change: (entry: Entry) => void; said: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const part = (next: Partial<Entry>) => change({ ...entry, ...next });
  const fresh: Record<Entry["kind"], Entry> = { event: { kind: "event", event: "" }, date: { kind: "date", attribute: "" }, segment: { kind: "segment", segment: "" }, api: { kind: "api" } };
  return (
    <Stack gap="sm">
      <Select aria-label={t`Who comes in`} allowDeselect={false} value={entry.kind} onChange={(kind) => { if (kind) change(fresh[kind as Entry["kind"]]); }}
        data={[{ value: "event", label: t`To whom something happens` }, { value: "date", label: t`Who comes near a date` }, { value: "segment", label: t`Who enters a segment` }, { value: "api", label: t`Whom a program or a colleague puts in` }]} />
      {entry.kind === "event" ? (
        <>
          <TextInput label={t`Event`} value={entry.event ?? ""} onChange={(event) => part({ event: event.currentTarget.value })} error={said("entry.event")} />
          <WhereInput value={entry.where} change={(where) => part({ where })} />
        </>
      ) : null}
      {entry.kind === "segment" ? <SegmentSelect value={entry.segment ?? ""} change={(segment) => part({ segment })} error={said("entry.segment")} /> : null}
      {entry.kind === "date" ? (
        <>
          <TextInput label={t`Attribute`} description={t`With account. in front for one of the account, such as account.renewal_date`} value={entry.attribute ?? ""} onChange={(event) => part({ attribute: event.currentTarget.value })} error={said("entry.attribute")} inputWrapperOrder={["label", "input", "description", "error"]} />
          <Around days={entry.days ?? 0} change={(days) => part({ days })} />
          <TextInput type="time" label={t`Hour of the contact’s day`} value={entry.at ?? "09:00"} onChange={(event) => part({ at: event.currentTarget.value || undefined })} error={said("entry.at")} />
        </>
      ) : null}
    </Stack>
  );
}

function SegmentSelect({ value, change, error }: { value: string; change: (segment: string) => void; error: string | undefined }) {
  const { t } = useLingui();
  const found = (useQuery(listSegmentsOptions()).data ?? []).map((one) => ({ value: one.key, label: one.name || one.key }));
  return <Select label={t`Segment`} searchable value={value || null} onChange={(segment) => change(segment ?? "")} data={value && !found.some((one) => one.value === value) ? [...found, { value, label: value }] : found} error={error} />;
}

function AgainField({ journey, change }: EntryFieldsProps) {
  const { t } = useLingui();
  const again = journey.again ?? { rule: "never" };
  return (
    <Group align="flex-end" gap="xs">
      <Select label={t`Whether somebody comes in again`} style={{ flex: 1 }} miw={220} allowDeselect={false} value={again.rule} onChange={(rule) => change({ again: rule === "after_days" ? { rule, days: 30 } : { rule: rule as "never" | "after_exit" } })}
        data={[{ value: "never", label: t`never` }, { value: "after_exit", label: t`once the last time has ended` }, { value: "after_days", label: t`so many days after the last time began` }]} />
      {again.rule === "after_days" ? <NumberInput label={t`Days`} w={90} min={1} max={3660} allowDecimal={false} value={again.days ?? 30} onChange={(days) => change({ again: { rule: "after_days", days: numberOf(days) } })} /> : null}
    </Group>
  );
}

function GoalField({ journey, change, said }: EntryFieldsProps) {
  const { t } = useLingui();
  const goal = journey.goal;
  return (
    <Stack gap="sm">
      <TextInput label={t`Goal`} description={t`The event that it is meant to bring about`} value={goal?.event ?? ""} error={said("goal.event")} inputWrapperOrder={["label", "input", "description", "error"]}
        onChange={(event) => change({ goal: event.currentTarget.value ? { ...goal, event: event.currentTarget.value } : null })} />
      {goal ? <Switch label={t`Whoever reaches it goes on nevertheless`} checked={goal.stays ?? false} onChange={(event) => change({ goal: { ...goal, stays: event.currentTarget.checked || undefined } })} /> : null}
    </Stack>
  );
}

function ExitsField({ journey, change, said }: EntryFieldsProps) {
  const { t } = useLingui();
  const exits = journey.exits ?? [];
  const put = (next: Happening[]) => change({ exits: next.length ? next : undefined });
  return (
    <Stack gap="sm">
      {exits.map((one, at) => {
        const number = at + 1;
        return (
          <Stack key={at} gap="xs">
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <TextInput label={t`To whom this happens (${number})`} value={one.event} onChange={(event) => put(exits.map((old, index) => (index === at ? { ...old, event: event.currentTarget.value } : old)))} error={said(`exits[${at}].event`)} style={{ flex: 1 }} />
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Remove event ${number}`} onClick={() => put(exits.filter((_, index) => index !== at))}><IconTrash size={16} /></ActionIcon>
            </Group>
            <WhereInput value={one.where} change={(where) => put(exits.map((old, index) => (index === at ? { ...old, where } : old)))} />
          </Stack>
        );
      })}
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...exits, { event: "" }])}><Trans>Add an event</Trans></Button>
      <Switch label={t`Also whom a condition fits, before the next step`} checked={Boolean(journey.exit_when)} onChange={(event) => change({ exit_when: event.currentTarget.checked ? ruleOf("and", [FIRST]) : null })} />
      {journey.exit_when ? <RuleInput label={t`Who leaves before the next step`} value={journey.exit_when} change={(rule) => change({ exit_when: rule })} error={said("exit_when")} /> : null}
    </Stack>
  );
}
