import { Trans, useLingui } from "@lingui/react/macro";
import { NumberInput, SegmentedControl, Select, SimpleGrid, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { enterMeetingMutation, listTeamsOptions, type MeetingForm, saidOf } from "../../api";
import { ContactsInput } from "../../ui/ContactsInput";
import { type Day, momentOf } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { CHANNELS, wordOf } from "../../ui/words";
import { EntryDialog, useEntered } from "./EntryDialog";

/** The form of a call or a meeting with contacts. */
export function MeetingDialog({ day, close }: { day: Day; close: () => void }) {
  const { t, i18n } = useLingui();
  const { session } = useSession();
  const teams = useQuery(listTeamsOptions());
  const [at, setAt] = useState(`${day}T10:00`);
  const [form, setForm] = useState<Omit<MeetingForm, "at">>({ what: "meeting", title: "", team: session?.team ?? "", minutes: 30, contacts: [] });
  const change = (part: Partial<MeetingForm>) => setForm((old) => ({ ...old, ...part }));
  const enter = useMutation({ ...enterMeetingMutation(), ...useEntered(form.title, close) });
  const said = (field: string) => saidOf(enter.error, field);
  return (
    <EntryDialog title={t`Enter a call or a meeting`} fields={["title", "team", "at", "minutes", "contacts"]} saving={enter} complete={form.contacts.length > 0} close={close}
      note={<Trans>It counts like a message: what would be too much beside it goes on another day.</Trans>}
      submit={() => enter.mutate({ body: { ...form, at: momentOf(at) } })}>
      <SegmentedControl aria-label={t`What`} value={form.what} onChange={(value) => change({ what: value as MeetingForm["what"] })} w="fit-content"
        data={["meeting", "call"].map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} />
      <TextInput label={t`Title`} required data-autofocus maxLength={1000} value={form.title} onChange={(event) => change({ title: event.currentTarget.value })} error={said("title")} />
      <ContactsInput value={form.contacts} change={(contacts) => change({ contacts })} error={said("contacts")} />
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <TextInput type="datetime-local" label={t`When`} required value={at} onChange={(event) => setAt(event.currentTarget.value)} error={said("at")} />
        <NumberInput label={t`Minutes`} required min={1} max={1440} value={form.minutes} onChange={(value) => change({ minutes: Number(value) })} error={said("minutes")} />
        <Select label={t`Team`} clearable value={form.team || null} onChange={(value) => change({ team: value ?? "" })}
          data={(teams.data ?? []).map((one) => ({ value: one.name, label: one.title }))} error={said("team")} />
      </SimpleGrid>
    </EntryDialog>
  );
}
