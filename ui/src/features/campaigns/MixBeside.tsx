import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getMixOptions } from "../../api";
import { type Day, useFormats } from "../../ui/dates";
import { TYPES, wordOf } from "../../ui/words";

const FRESH = 60_000;

/** How much of the type that the target limits everybody gets in the month of a day, planned messages included. */
export function MixBeside({ day }: { day: Day }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const mix = useQuery({ ...getMixOptions({ query: { month: `${day.slice(0, 7)}-01` } }), staleTime: FRESH }).data;
  const everybody = mix?.groups[0];
  if (!mix || !everybody) return null;
  const month = formats.month(day);
  const share = formats.percent(everybody.share);
  const percent = formats.percent(mix.target.percent / 100);
  const type = i18n._(wordOf(TYPES, mix.target.type));
  const above = everybody.share * 100 > mix.target.percent;
  return (
    <Text size="sm" c={above ? "var(--suppress-ink)" : "dimmed"}>
      <Trans>In {month}, {share} of what contacts get is {type}; the target is at most {percent}.</Trans>{" "}
      {everybody.contacts_over ? <Plural value={everybody.contacts_over} one="# contact is above it." other="# contacts are above it." /> : null}{" "}
      <Link to="/mix" search={{ month: day.slice(0, 7), by: "stage" }}><Trans>Mix by stage</Trans></Link>
    </Text>
  );
}
