import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, CloseButton, Group, SegmentedControl, Select, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listTeamsOptions } from "../../api";
import { addDays, type Day, mondayOf, useFormats } from "../../ui/dates";
import { CHANNELS, SENDABLE, TYPES, wordOf } from "../../ui/words";
import { AudienceFilter } from "./AudienceFilter";
import { turned } from "./span";
import type { View } from "./view";

interface CalendarBarProps {
  view: NonNullable<View["view"]>;
  day: Day;
  search: View;
  change: (part: Partial<View>) => void;
}

/** Which days, seen how, and what of them: all of it stands in the address. */
export function CalendarBar({ view, day, search, change }: CalendarBarProps) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const teams = useQuery(listTeamsOptions());
  const [account, setAccount] = useState(search.account ?? "");
  const chooseAccount = useDebouncedCallback((text: string) => change({ account: text.trim() || undefined }), 600);
  const title = {
    month: () => formats.month(day),
    week: () => formats.days(mondayOf(day), addDays(mondayOf(day), 6)),
    day: () => formats.longDay(day),
    list: () => formats.days(day, addDays(day, 27)),
  }[view]();
  return (
    <>
      <Group justify="space-between" gap="sm" mb="sm">
        <Group gap={6} wrap="nowrap">
          <ActionIcon variant="default" size="lg" aria-label={t`Back`} onClick={() => change({ day: turned(view, day, -1) })}><IconChevronLeft size={18} /></ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t`Forward`} onClick={() => change({ day: turned(view, day, 1) })}><IconChevronRight size={18} /></ActionIcon>
          <Button variant="default" size="sm" style={{ flex: "none" }} onClick={() => change({ day: undefined })}>{t`Today`}</Button>
          <Title order={2} fz="lg" ml="xs" aria-live="polite" style={{ textTransform: "none" }}>{title}</Title>
        </Group>
        <SegmentedControl aria-label={t`View`} value={view} onChange={(value) => change({ view: value as View["view"] })}
          data={[{ value: "month", label: t`Month` }, { value: "week", label: t`Week` }, { value: "day", label: t`Day` }, { value: "list", label: t`List` }]} />
      </Group>
      <Group gap="xs" mb="sm" role="group" aria-label={t`Filters`}>
        <Select aria-label={t`Team`} placeholder={t`Every team`} clearable style={{ flex: "1 1 9rem" }} maw={220} value={search.team ?? null} onChange={(value) => change({ team: value ?? undefined })}
          data={(teams.data ?? []).map((one) => ({ value: one.name, label: one.title }))} />
        <Select aria-label={t`Type`} placeholder={t`Every type`} clearable style={{ flex: "1 1 9rem" }} maw={220} value={search.type ?? null} onChange={(value) => change({ type: value ?? undefined })}
          data={["transactional", "educational", "relationship", "promotional", "operational"].map((code) => ({ value: code, label: i18n._(wordOf(TYPES, code)) }))} />
        <Select aria-label={t`Channel`} placeholder={t`Every channel`} clearable style={{ flex: "1 1 9rem" }} maw={220} value={search.channel ?? null} onChange={(value) => change({ channel: value ?? undefined })}
          data={SENDABLE.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} />
        <TextInput aria-label={t`Account`} placeholder={t`Account, by name or id`} style={{ flex: "1 1 12rem" }} maw={260} value={account}
          onChange={(event) => { setAccount(event.currentTarget.value); chooseAccount(event.currentTarget.value); }}
          rightSection={account ? <CloseButton size="sm" aria-label={t`Every account`} onClick={() => { setAccount(""); change({ account: undefined }); }} /> : null} />
        <AudienceFilter audience={search.audience} change={(audience) => change({ audience })} />
        {search.campaign ? (
          <Button variant="light" rightSection="×" onClick={() => change({ campaign: undefined })} aria-label={t`Every campaign, not only “${search.campaign}”`}>{search.campaign}</Button>
        ) : null}
      </Group>
    </>
  );
}
