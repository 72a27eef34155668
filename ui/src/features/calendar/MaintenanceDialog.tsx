import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { enterMaintenanceMutation, saidOf } from "../../api";
import { type Day, momentOf } from "../../ui/dates";
import { EntryDialog, useEntered } from "./EntryDialog";

/** The form of a maintenance window. */
export function MaintenanceDialog({ day, close }: { day: Day; close: () => void }) {
  const { t } = useLingui();
  const [title, setTitle] = useState("");
  const [starts, setStarts] = useState(`${day}T20:00`);
  const [ends, setEnds] = useState(`${day}T22:00`);
  const enter = useMutation({ ...enterMaintenanceMutation(), ...useEntered(title, close) });
  const said = (field: string) => saidOf(enter.error, field);
  return (
    <EntryDialog title={t`Enter a maintenance window`} fields={["title", "starts_at", "ends_at"]} saving={enter} close={close}
      note={<Trans>Everybody who plans sees it. It closes no day; a policy does that.</Trans>}
      submit={() => enter.mutate({ body: { title, starts_at: momentOf(starts), ends_at: momentOf(ends) } })}>
      <TextInput label={t`Title`} required data-autofocus maxLength={1000} value={title} onChange={(event) => setTitle(event.currentTarget.value)} error={said("title")} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput type="datetime-local" label={t`From`} required value={starts} onChange={(event) => setStarts(event.currentTarget.value)} error={said("starts_at")} />
        <TextInput type="datetime-local" label={t`Until`} required value={ends} onChange={(event) => setEnds(event.currentTarget.value)} error={said("ends_at")} />
      </SimpleGrid>
    </EntryDialog>
  );
}
