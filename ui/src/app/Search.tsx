import { useLingui } from "@lingui/react/macro";
import { Combobox, Loader, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { IconBuilding, IconSearch, IconSpeakerphone, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { type HitView, searchEverythingOptions } from "../api";
import { useDetailOf } from "../ui/hits";
import { useSession } from "../ui/session";

const SHORTEST = 2;
const ICONS: Record<string, typeof IconUser> = { contact: IconUser, account: IconBuilding, campaign: IconSpeakerphone };

/** Contacts, accounts and campaigns by the beginning of their names, from every page. */
export function Search() {
  const { t } = useLingui();
  const { may } = useSession();
  const navigate = useNavigate();
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const hits = useQuery({
    ...searchEverythingOptions({ query: { q: asked, limit: 6 } }),
    enabled: asked.length >= SHORTEST,
    placeholderData: keepPreviousData,
  });
  useHotkeys([["/", () => input.current?.focus()], ["mod+K", () => input.current?.focus()]]);
  if (!may("people.read")) return null;
  const found = asked.length >= SHORTEST ? (hits.data ?? []) : [];
  const groups: [string, string][] = [["contact", t`Contacts`], ["account", t`Accounts`], ["campaign", t`Campaigns`]];

  function open(value: string) {
    const at = value.indexOf(":");
    const [what, id] = [value.slice(0, at), value.slice(at + 1)];
    setTyped("");
    box.closeDropdown();
    if (what === "contact") void navigate({ to: "/contacts/$id", params: { id } });
    else if (what === "account") void navigate({ to: "/accounts/$id", params: { id } });
    else void navigate({ to: "/campaigns/$name", params: { name: id }, search: {} });
  }

  return (
    <Combobox store={box} onOptionSubmit={open}>
      <Combobox.Target>
        <TextInput
          ref={input} type="search" aria-label={t`Search contacts, accounts and campaigns`} placeholder={t`Search`} value={typed}
          leftSection={<IconSearch size={16} aria-hidden />} rightSection={hits.isFetching ? <Loader size={14} /> : null}
          onChange={(event) => { setTyped(event.currentTarget.value); box.openDropdown(); box.selectFirstOption(); }}
          onFocus={() => box.openDropdown()} onBlur={() => box.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked.length < SHORTEST}>
        <Combobox.Options mah={420} style={{ overflowY: "auto" }} aria-label={t`Found`}>
          {groups.map(([what, label]) => {
            const ofSort = found.filter((one) => one.what === what);
            return ofSort.length ? <Combobox.Group key={what} label={label}>{ofSort.map((one) => <Hit key={one.id} hit={one} />)}</Combobox.Group> : null;
          })}
          {!found.length && !hits.isFetching ? <Combobox.Empty>{t`Nothing begins with that`}</Combobox.Empty> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Hit({ hit }: { hit: HitView }) {
  const detailOf = useDetailOf();
  const Icon = ICONS[hit.what] ?? IconUser;
  return (
    <Combobox.Option value={`${hit.what}:${hit.id}`} style={{ display: "flex", gap: 10, alignItems: "center" }}>
      <Icon size={16} aria-hidden style={{ flex: "none" }} />
      <span style={{ minWidth: 0 }}>
        <Text size="sm" fw={600} truncate>{hit.title}</Text>
        <Text size="xs" c="dimmed" truncate>{detailOf(hit)}</Text>
      </span>
    </Combobox.Option>
  );
}
