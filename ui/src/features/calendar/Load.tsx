import { useLingui } from "@lingui/react/macro";
import { Tooltip } from "@mantine/core";
import type { CalendarDayView } from "../../api";
import { useFormats } from "../../ui/dates";
import { teamColour, useTeamTitle } from "../../ui/teams";
import styles from "./calendar.module.css";

/** Messages of a day that have gone or have their place, by team, the largest first. */
export function loadOf(day: CalendarDayView): [string, number][] {
  const sums = new Map<string, number>();
  for (const sort of day.messages) sums.set(sort.team, (sums.get(sort.team) ?? 0) + sort.counts.planned + sort.counts.sent);
  return [...sums].filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
}

/** A bar that shows how much goes on a day against the fullest one, and whose it is. */
export function Load({ day, most, exact = false }: { day: CalendarDayView; most: number; exact?: boolean }) {
  const { t } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const teams = loadOf(day);
  const total = teams.reduce((sum, [, count]) => sum + count, 0);
  if (!total) return null;
  const said = teams.map(([team, count]) => `${team ? titleOf(team) : t`no team`} ${formats.number(count)}`).join(" · ");
  return (
    <Tooltip label={said}>
      <div className={styles.load} role="img" aria-label={t`${formats.number(total)} messages: ${said}`}>
        <span className={styles.bar} aria-hidden>
          {teams.map(([team, count]) => <span key={team} style={{ width: `${(100 * count) / Math.max(most, 1)}%`, background: teamColour(team) }} />)}
        </span>
        <span className="figures" aria-hidden>{exact ? formats.number(total) : formats.compact(total)}</span>
      </div>
    </Tooltip>
  );
}
