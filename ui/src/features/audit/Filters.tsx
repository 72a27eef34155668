import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { ACTIONS } from "./actions";
import type { AuditSearch } from "./search";

const route = getRouteApi("/inside/audit");

/** What of the audit to show: all of it stands in the address. */
export function Filters() {
  const { t, i18n } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState({ actor: search.actor ?? "", subject: search.subject ?? "" });
  const put = (part: AuditSearch) => void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const putSoon = useDebouncedCallback(put, 300);
  const write = (part: Partial<typeof typed>) => {
    const next = { ...typed, ...part };
    setTyped(next);
    putSoon({ actor: next.actor.trim() || undefined, subject: next.subject.trim() || undefined });
  };
  const wide = { style: { flex: "1 1 13rem" } };
  const narrow = { style: { flex: "1 1 9rem" } };
  return (
    <Group mb="md" gap="sm" align="flex-end" role="group" aria-label={t`Filters`}>
      <TextInput label={t`Who`} placeholder="user:ana@" value={typed.actor} onChange={(event) => write({ actor: event.currentTarget.value })} {...wide} />
      <Select label={t`What`} placeholder={t`everything`} clearable searchable value={search.action ?? null} onChange={(action) => put({ action: action ?? undefined })}
        data={Object.entries(ACTIONS).map(([value, label]) => ({ value, label: i18n._(label) }))} {...wide} />
      <TextInput label={t`Only about one subject`} placeholder="campaign:Monthly newsletter" value={typed.subject} onChange={(event) => write({ subject: event.currentTarget.value })} {...wide} />
      <TextInput type="date" label={t`From`} max={search.to} value={search.from ?? ""} onChange={(event) => put({ from: event.currentTarget.value || undefined })} {...narrow} />
      <TextInput type="date" label={t`Until`} min={search.from} value={search.to ?? ""} onChange={(event) => put({ to: event.currentTarget.value || undefined })} {...narrow} />
      {Object.keys(search).length ? (
        <Button variant="subtle" onClick={() => { setTyped({ actor: "", subject: "" }); void navigate({ search: {}, replace: true }); }}><Trans>Without filters</Trans></Button>
      ) : null}
    </Group>
  );
}
