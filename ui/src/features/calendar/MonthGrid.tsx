import { useLingui } from "@lingui/react/macro";
import { VisuallyHidden } from "@mantine/core";
import type { CalendarView } from "../../api";
import { type Day, useFormats } from "../../ui/dates";
import styles from "./calendar.module.css";
import { DayCell } from "./DayCell";
import { loadOf } from "./Load";
import type { Move } from "./MoveDialog";

interface MonthGridProps {
  calendar: CalendarView;
  /** The month whose days stand out, such as 2026-11; null for a week, whose days show everything. */
  month: string | null;
  open: (day: Day) => void;
  move: (move: Move) => void;
}

/** Weeks from Monday to Sunday, a cell a day. */
export function MonthGrid({ calendar, month, open, move }: MonthGridProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const weeks = Array.from({ length: Math.ceil(calendar.days.length / 7) }, (_, index) => calendar.days.slice(index * 7, index * 7 + 7));
  const most = Math.max(1, ...calendar.days.map((one) => loadOf(one).reduce((sum, [, count]) => sum + count, 0)));
  return (
    <table className={styles.grid} data-week={month === null}>
      <caption><VisuallyHidden>{t`Messages, campaigns and events by day`}</VisuallyHidden></caption>
      <thead>
        <tr>
          {calendar.days.slice(0, 7).map((one) => (
            <th key={one.day} scope="col"><abbr title={formats.longWeekday(one.day)}>{formats.weekday(one.day)}</abbr></th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]?.day}>
            {week.map((one) => (
              <DayCell key={one.day} day={one} today={calendar.today} most={most} outside={month !== null && !one.day.startsWith(month)} everything={month === null} open={open} move={move} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
