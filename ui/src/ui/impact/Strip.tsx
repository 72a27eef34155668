import { Trans, useLingui } from "@lingui/react/macro";
import { Box } from "@mantine/core";
import type { GetCampaignStripResponse } from "../../api";
import { type Day, useFormats } from "../dates";
import { VERDICTS, wordOf } from "../words";
import styles from "./impact.module.css";
import { FAINT, ImpactStrip, ORDER } from "./ImpactStrip";

interface StripProps {
  strip: GetCampaignStripResponse;
  chosen: Day;
  choose: (day: Day) => void;
}

/** The coming days of a draft to choose from, with what the columns mean and how sure they are. */
export function Strip({ strip, chosen, choose }: StripProps) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const error = Math.max(0, ...strip.days.map((one) => one.error));
  return (
    <Box>
      <ImpactStrip days={strip.days} best={strip.best} chosen={chosen} choose={choose} />
      <ul className={styles.legend}>
        {ORDER.map((verdict) => <li key={verdict}><span className={styles.swatch} style={{ background: `var(--${verdict})`, opacity: FAINT[verdict] }} />{i18n._(wordOf(VERDICTS, verdict))}</li>)}
        <li><span aria-hidden style={{ color: "var(--send)" }}>★</span> <Trans>best day: {formats.shortDay(strip.best)}</Trans></li>
        {error > 0 ? <li><Trans>estimated from {formats.number(strip.sampled)} of {formats.number(strip.contacts)} contacts, give or take {formats.number(Math.ceil(error))}</Trans></li> : null}
      </ul>
    </Box>
  );
}
