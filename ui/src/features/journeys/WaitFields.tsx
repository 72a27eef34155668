import { useLingui } from "@lingui/react/macro";
import { Chip, Group, Input, NumberInput, Radio, SegmentedControl, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useFormats } from "../../ui/dates";
import { numberOf, SpanInput, WhereInput } from "./inputs";
import type { FieldsProps } from "./StepFields";

export function WaitFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  const { days, hours, minutes } = step;
  return <SpanInput label={t`How long`} value={{ days, hours, minutes }} change={(span) => change(span)} error={said("days")} />;
}

export function WaitDayFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  const formats = useFormats();
  return (
    <Stack>
      <SimpleGrid cols={2} spacing="sm">
        <NumberInput label={t`Days later`} description={t`0: the next time that it is this hour`} min={0} max={3660} allowDecimal={false} value={step.days ?? 1} onChange={(days) => change({ days: Number(days) })} error={said("days")} inputWrapperOrder={["label", "input", "description", "error"]} />
        <TextInput type="time" label={t`Hour of the contact’s day`} required value={step.at ?? "09:00"} onChange={(event) => change({ at: event.currentTarget.value || undefined })} error={said("at")} />
      </SimpleGrid>
      <Input.Wrapper label={t`Only on`} description={t`None chosen: any day`} labelElement="div">
        <Chip.Group multiple value={(step.weekdays ?? []).map(String)} onChange={(chosen) => change({ weekdays: chosen.length ? chosen.map(Number).sort() : undefined })}>
          <Group gap={6} mt={6}>{[1, 2, 3, 4, 5, 6, 7].map((day) => <Chip key={day} size="xs" value={String(day)}>{formats.weekday(`2024-01-0${day}`)}</Chip>)}</Group>
        </Chip.Group>
      </Input.Wrapper>
    </Stack>
  );
}

interface AroundProps {
  days: number;
  change: (days: number) => void;
}

/** So many days before a date, on it, or after it. */
export function Around({ days, change }: AroundProps) {
  const { t } = useLingui();
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <NumberInput label={t`Days`} w={90} min={0} max={3660} allowDecimal={false} value={Math.abs(days)} onChange={(count) => change(days < 0 ? -Number(count) : Number(count))} />
      <Select aria-label={t`Before or after the date`} style={{ flex: 1 }} allowDeselect={false} value={days < 0 ? "after" : "before"} onChange={(side) => change(side === "after" ? -Math.abs(days) || -1 : Math.abs(days))}
        data={[{ value: "before", label: t`before the date` }, { value: "after", label: t`after the date` }]} />
    </Group>
  );
}

export function WaitDateFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  const written = step.date !== undefined;
  return (
    <Stack>
      <SegmentedControl aria-label={t`Which date`} value={written ? "date" : "attribute"} onChange={(kind) => change(kind === "date" ? { date: "", attribute: undefined } : { date: undefined, attribute: "" })}
        data={[{ value: "attribute", label: t`A date of the contact` }, { value: "date", label: t`The same for all` }]} />
      {written
        ? <TextInput type="date" label={t`Date`} value={step.date ?? ""} onChange={(event) => change({ date: event.currentTarget.value })} error={said("date") ?? said("attribute")} />
        : <TextInput label={t`Attribute`} description={t`With account. in front for one of the account, such as account.renewal_date`} value={step.attribute ?? ""} onChange={(event) => change({ attribute: event.currentTarget.value })} error={said("attribute")} inputWrapperOrder={["label", "input", "description", "error"]} />}
      <Around days={step.days ?? 0} change={(days) => change({ days })} />
      <TextInput type="time" label={t`Hour of the contact’s day`} value={step.at ?? "09:00"} onChange={(event) => change({ at: event.currentTarget.value || undefined })} error={said("at")} />
      <Radio.Group label={t`Who has no such date, or is past it`} value={step.past ?? "go_on"} onChange={(past) => change({ past: past as "go_on" | "exit" | "otherwise" })}>
        <Stack gap={6} mt={6}>
          <Radio value="go_on" label={t`goes on at once`} />
          <Radio value="exit" label={t`leaves the journey`} />
          <Radio value="otherwise" label={t`takes another way`} />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}

export function WaitEventFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  return (
    <Stack>
      <TextInput label={t`Event`} value={step.event ?? ""} onChange={(event) => change({ event: event.currentTarget.value })} error={said("event")} />
      <WhereInput value={step.where} change={(where) => change({ where })} />
      <SpanInput label={t`At most`} value={step.within ?? {}} change={(within) => change({ within })} error={said("within")} />
    </Stack>
  );
}

export function TaskFields({ step, change, said, colleagues }: FieldsProps) {
  const { t } = useLingui();
  return (
    <Stack>
      <TextInput label={t`What to do`} maxLength={200} value={step.title ?? ""} onChange={(event) => change({ title: event.currentTarget.value })} error={said("title")} />
      <TextInput label={t`Note`} maxLength={1000} value={step.note ?? ""} onChange={(event) => change({ note: event.currentTarget.value || undefined })} error={said("note")} />
      <SimpleGrid cols={2} spacing="sm">
        <Select label={t`Who`} clearable searchable placeholder={t`whoever looks after the account`} data={colleagues} value={step.assignee || null} onChange={(assignee) => change({ assignee: assignee ?? undefined })} error={said("assignee")} />
        <NumberInput label={t`Due after days`} min={0} max={3660} allowDecimal={false} value={step.due_days ?? 1} onChange={(days) => change({ due_days: numberOf(days) })} error={said("due_days")} />
      </SimpleGrid>
      <SpanInput label={t`Wait for it at most`} value={step.within ?? {}} change={(within) => change({ within })} error={said("within")} />
    </Stack>
  );
}
