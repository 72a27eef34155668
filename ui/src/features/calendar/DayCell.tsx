import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Tooltip } from "@mantine/core";
import { IconBan, IconClockPause, IconFlag, IconGauge, IconPhone, IconRefresh, IconTool } from "@tabler/icons-react";
import { useState } from "react";
import type { CalendarDayView } from "../../api";
import { type Day, useFormats } from "../../ui/dates";
import styles from "./calendar.module.css";
import { Chip, DRAGGED, UNLAUNCHED } from "./Chip";
import { Load } from "./Load";
import type { Move } from "./MoveDialog";

interface DayCellProps {
  day: CalendarDayView;
  today: Day;
  most: number;
  outside: boolean;
  everything: boolean;
  open: (day: Day) => void;
  move: (move: Move) => void;
}

const CHIPS = 4;
const NOTABLE_SHARE = 0.02;

/** A day: its load, its campaigns, and what stands in the way. A draft can be dropped on it. */
export function DayCell({ day, today, most, outside, everything, open, move }: DayCellProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const [over, setOver] = useState(false);
  const mayDrop = day.day >= today;
  const ordered = [...day.campaigns].sort((one, other) => Number(UNLAUNCHED.includes(other.state)) - Number(UNLAUNCHED.includes(one.state)));
  const shown = everything ? ordered : ordered.slice(0, CHIPS);
  const more = day.campaigns.length - shown.length;

  function drop(event: React.DragEvent) {
    setOver(false);
    const dragged = event.dataTransfer.getData(DRAGGED);
    if (!dragged || !mayDrop) return;
    event.preventDefault();
    const { name, from } = JSON.parse(dragged) as { name: string; from: Day };
    if (from !== day.day) move({ name, from, to: day.day });
  }

  return (
    <td
      className={styles.day} data-outside={outside} data-past={day.day < today} data-over={over} data-blackout={day.blackouts.length > 0}
      onDragOver={(event) => { if (mayDrop && event.dataTransfer.types.includes(DRAGGED)) { event.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)} onDrop={drop}
    >
      <div className={styles.head}>
        <button type="button" className={styles.date} aria-current={day.day === today ? "date" : undefined} aria-label={formats.longDay(day.day)} onClick={() => open(day.day)}>
          <span className={styles.weekday}>{formats.weekday(day.day)} </span>{formats.dayOfMonth(day.day)}
        </button>
        {day.at_limit ? (
          <Tooltip label={t`${formats.percent(day.at_limit)} of the contacts are at their limit: they cannot get one more promotional message on this day`}>
            <span className={styles.limit} data-high={day.at_limit >= 0.5}><IconGauge size={13} aria-hidden /> <span className="figures">{formats.percent(Math.round(day.at_limit * 100) / 100)}</span></span>
          </Tooltip>
        ) : null}
      </div>
      <Notes day={day} />
      <Load day={day} most={most} />
      <div className={styles.chips}>
        {shown.map((one) => <Chip key={one.name} campaign={one} day={day.day} move={move} />)}
        {more > 0 ? <button type="button" className={styles.more} onClick={() => open(day.day)}><Plural value={more} one="# more" other="# more" /></button> : null}
      </div>
      {day.waiting > 0 ? (
        <Tooltip label={t`${formats.number(day.waiting)} messages were meant to go by this day and wait for a later one`}>
          <span className={styles.waiting}><IconClockPause size={13} aria-hidden /> <Trans>{formats.compact(day.waiting)} wait</Trans></span>
        </Tooltip>
      ) : null}
    </td>
  );
}

function Notes({ day }: { day: CalendarDayView }) {
  const { t } = useLingui();
  const formats = useFormats();
  const holidays = day.holidays.filter((one) => one.share >= NOTABLE_SHARE);
  const first = holidays[0];
  return (
    <div className={styles.notes}>
      {first ? (
        <Tooltip label={holidays.map((one) => `${one.name} (${one.country}, ${formats.percent(one.share)})`).join(" · ")}>
          <span><IconFlag size={13} aria-hidden /> <span className={styles.note}>{first.country} · {first.name}</span></span>
        </Tooltip>
      ) : null}
      {day.blackouts.map((one) => (
        <Tooltip key={one.rule} label={one.sentence}><span><IconBan size={13} aria-hidden /> <span className={styles.note}>{one.rule}</span></span></Tooltip>
      ))}
      {day.maintenance.map((one) => <span key={one.id}><IconTool size={13} aria-hidden /> <span className={styles.note}>{one.title}</span></span>)}
      {day.calls ? <Tooltip label={t`Calls and meetings`}><span><IconPhone size={13} aria-hidden /> <span className={styles.note}><Plural value={day.calls} one="# call" other="# calls" /></span></span></Tooltip> : null}
      {day.renewals.length ? (
        <Tooltip label={formats.list(day.renewals.slice(0, 6).map((one) => one.name))}>
          <span><IconRefresh size={13} aria-hidden /> <span className={styles.note}><Plural value={day.renewals.length} one="# renewal" other="# renewals" /></span></span>
        </Tooltip>
      ) : null}
    </div>
  );
}
