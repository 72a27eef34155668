import { useLingui } from "@lingui/react/macro";
import { IconBan, IconClockPause, IconFlag, IconGauge } from "@tabler/icons-react";
import type { CalendarView } from "../../api";
import { teamColour, useTeamTitle } from "../../ui/teams";
import styles from "./calendar.module.css";

/** What the colours and signs of the days mean. */
export function Legend({ calendar }: { calendar: CalendarView }) {
  const { t } = useLingui();
  const titleOf = useTeamTitle();
  const teams = [...new Set(calendar.days.flatMap((one) => [...one.campaigns.map((campaign) => campaign.team), ...one.messages.map((sort) => sort.team)]))].filter(Boolean).sort();
  return (
    <ul className={styles.legend} aria-label={t`Legend`}>
      {teams.map((team) => (
        <li key={team}><span className={styles.swatch} style={{ background: teamColour(team) }} />{titleOf(team)}</li>
      ))}
      <li><span className={styles.dashed} />{t`draft, can be moved`}</li>
      <li><IconGauge size={14} aria-hidden />{t`contacts at their limit`}</li>
      <li><IconClockPause size={14} aria-hidden />{t`messages that wait`}</li>
      <li><IconFlag size={14} aria-hidden />{t`public holiday`}</li>
      <li><IconBan size={14} aria-hidden />{t`closed by a policy`}</li>
    </ul>
  );
}
