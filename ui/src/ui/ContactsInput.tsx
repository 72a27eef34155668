import { useLingui } from "@lingui/react/macro";
import { MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { searchEverythingOptions } from "../api";

const SHORTEST = 2;
const MOST = 20;

interface ContactsInputProps {
  /** External ids. */
  value: string[];
  change: (ids: string[]) => void;
  error: string | undefined;
}

interface Choice {
  value: string;
  label: string;
}

/** What is typed, the contacts that it finds, and what to say while there is none. */
function useContacts() {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const hits = useQuery({
    ...searchEverythingOptions({ query: { q: asked, limit: MOST } }),
    enabled: asked.length >= SHORTEST,
    placeholderData: keepPreviousData,
  });
  const found = asked.length >= SHORTEST ? (hits.data ?? []) : [];
  const offered: Choice[] = found.filter((one) => one.what === "contact").map((one) => ({ value: one.id, label: one.detail ? `${one.title} · ${one.detail}` : one.title }));
  const nothing = typed.trim().length < SHORTEST ? t`Two letters are enough. Accents and capitals do not matter.` : hits.isFetching ? t`Loading …` : t`Nothing begins with that`;
  return { typed, setTyped, offered, nothing };
}

/** Contacts, found by the beginning of a name, an e-mail address or an id. */
export function ContactsInput({ value, change, error }: ContactsInputProps) {
  const { t } = useLingui();
  const { typed, setTyped, offered, nothing } = useContacts();
  const [chosen, setChosen] = useState<Choice[]>([]);
  const more = offered.filter((one) => !value.includes(one.value));
  const put = (ids: string[]) => {
    setChosen([...chosen, ...more].filter((one) => ids.includes(one.value)));
    change(ids);
  };
  return (
    <MultiSelect
      label={t`With whom`} placeholder={value.length ? undefined : t`Name, e-mail or id`} searchable required={!value.length} value={value} onChange={put} error={error}
      searchValue={typed} onSearchChange={setTyped} data={[...chosen, ...more]} filter={({ options }) => options} hidePickedOptions styles={{ option: { overflowWrap: "anywhere" } }}
      nothingFoundMessage={nothing}
    />
  );
}

interface ContactInputProps {
  label: string;
  /** External id, or nothing. */
  value: string;
  change: (id: string) => void;
  error: string | undefined;
  /** External id of a contact that is not offered. */
  but: string;
}

/** One contact, found in the same way; in a dialog it is where one begins. */
export function ContactInput({ label, value, change, error, but }: ContactInputProps) {
  const { t } = useLingui();
  const { typed, setTyped, offered, nothing } = useContacts();
  const [chosen, setChosen] = useState<Choice | null>(null);
  const data = [...(chosen ? [chosen] : []), ...offered.filter((one) => one.value !== but && one.value !== chosen?.value)];
  return (
    <Select
      data-autofocus label={label} placeholder={t`Name, e-mail or id`} searchable clearable required value={value || null} error={error} searchValue={typed} onSearchChange={setTyped} data={data}
      filter={({ options }) => options} styles={{ option: { overflowWrap: "anywhere" } }} nothingFoundMessage={nothing}
      onChange={(id, option) => { setChosen(id ? option : null); change(id ?? ""); }}
    />
  );
}
