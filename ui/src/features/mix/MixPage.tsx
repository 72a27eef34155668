import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Select, Text, Title } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { getMixOptions, type MixView } from "../../api";
import { addMonths, today, useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer, Empty } from "../../ui/states";
import { TYPES, wordOf } from "../../ui/words";
import { MixTable } from "./MixTable";
import type { MixSearch } from "./search";

const EVERYONE = "everyone";
const route = getRouteApi("/inside/mix");

/** What share of a month's messages is of which type, by groups of contacts, against the target. */
export function MixPage() {
  const { t } = useLingui();
  const formats = useFormats();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const month = `${search.month ?? today().slice(0, 7)}-01`;
  const by = search.by ?? EVERYONE;
  const { campaign } = search;
  const mix = useQuery({ ...getMixOptions({ query: { month, by, campaign } }), placeholderData: keepPreviousData });
  const change = (part: Partial<MixSearch>) => void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const turn = (way: 1 | -1) => change({ month: addMonths(month, way).slice(0, 7) });
  const groupings = [[EVERYONE, t`everybody together`], ["stage", t`by stage`], ["language", t`by language`], ["country", t`by country`], ["segment", t`by segment`]];
  return (
    <Page title={t`Mix`} lead={<Trans>How much of what customers get is of which type; what is planned counts too.</Trans>}>
      <Group mb="md" gap="sm">
        <Group gap={6} wrap="nowrap">
          <ActionIcon variant="default" size="lg" aria-label={t`Back`} onClick={() => turn(-1)}><IconChevronLeft size={18} /></ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t`Forward`} onClick={() => turn(1)}><IconChevronRight size={18} /></ActionIcon>
          <Title order={2} fz="lg" ml="xs" aria-live="polite" style={{ textTransform: "none" }}>{formats.month(month)}</Title>
        </Group>
        <Select aria-label={t`Contacts`} w={220} allowDeselect={false} value={by} onChange={(value) => change({ by: value === EVERYONE ? undefined : (value as MixSearch["by"]) })}
          data={groupings.map(([value, label]) => ({ value: value ?? "", label: label ?? "" }))} />
        {campaign ? <Button variant="light" rightSection="×" onClick={() => change({ campaign: undefined })} aria-label={t`Every campaign, not only “${campaign}”`}>{campaign}</Button> : null}
      </Group>
      <Answer of={mix}>
        {(shown) => (
          <div aria-busy={mix.isPlaceholderData} style={{ opacity: mix.isPlaceholderData ? 0.6 : 1 }}>
            <Target mix={shown} />
            {shown.groups.length ? <MixTable mix={shown} by={by} /> : <Empty title={t`Nobody gets anything in this month`} />}
          </div>
        )}
      </Answer>
    </Page>
  );
}

function Target({ mix }: { mix: MixView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const { min_touches: touches, rule } = mix.target;
  const type = i18n._(wordOf(TYPES, mix.target.type));
  const percent = formats.percent(mix.target.percent / 100);
  return (
    <Text mb="md">
      <Trans>Target: at most {percent} {type}, for contacts with at least {touches} messages. Transactional ones do not count.</Trans>{" "}
      <Text span c="dimmed">{rule ? <Trans>The policy “{rule}” says so.</Trans> : <Trans>No policy says so; it is the default.</Trans>}</Text>
    </Text>
  );
}
