import { useLingui } from "@lingui/react/macro";
import { MultiSelect } from "@mantine/core";
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
  label?: string;
}

/** Contacts, found by the beginning of a name, an e-mail address or an id. */
export function ContactsInput({ value, change, error, label }: ContactsInputProps) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<{ value: string; label: string }[]>([]);
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const hits = useQuery({
    ...searchEverythingOptions({ query: { q: asked, limit: MOST } }),
    enabled: asked.length >= SHORTEST,
    placeholderData: keepPreviousData,
  });
  const found = asked.length >= SHORTEST ? (hits.data ?? []) : [];
  const offered = found.filter((one) => one.what === "contact" && !value.includes(one.id)).map((one) => ({ value: one.id, label: one.detail ? `${one.title} · ${one.detail}` : one.title }));
  const put = (ids: string[]) => {
    setChosen([...chosen, ...offered].filter((one) => ids.includes(one.value)));
    change(ids);
  };
  return (
    <MultiSelect
      label={label ?? t`With whom`} placeholder={value.length ? undefined : t`Name, e-mail or id`} searchable required={!value.length} value={value} onChange={put} error={error}
      searchValue={typed} onSearchChange={setTyped} data={[...chosen, ...offered]} filter={({ options }) => options} hidePickedOptions styles={{ option: { overflowWrap: "anywhere" } }}
      nothingFoundMessage={typed.trim().length < SHORTEST ? t`Two letters are enough. Accents and capitals do not matter.` : hits.isFetching ? t`Loading …` : t`Nothing begins with that`}
    />
  );
}
