import { useLingui } from "@lingui/react/macro";
import { Tooltip } from "@mantine/core";
import type { KeyboardEvent } from "react";
import type { DayImpactView } from "../../api";
import { addDays, type Day, useFormats, weekdayOf } from "../dates";
import styles from "./impact.module.css";

interface ImpactStripProps {
  days: DayImpactView[];
  best: Day;
  chosen: Day;
  choose: (day: Day) => void;
}

/** The verdicts, the best one first. */
export const ORDER = ["send", "queue", "suppress"] as const;

/** Those who go stand out. */
export const FAINT = { send: 1, queue: 0.6, suppress: 0.3 };

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** For each day a campaign could be for: how many go, wait and are not sent. One day is chosen, by mouse or arrow keys. */
export function ImpactStrip({ days, best, chosen, choose }: ImpactStripProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const most = Math.max(1, ...days.map((one) => one.send + one.queue + one.suppress));

  function step(event: KeyboardEvent<HTMLDivElement>) {
    const by = STEPS[event.key];
    const next = by ? addDays(chosen, by) : "";
    if (!days.some((one) => one.day === next)) return;
    event.preventDefault();
    choose(next);
    event.currentTarget.querySelector<HTMLButtonElement>(`[data-day="${next}"]`)?.focus();
  }

  return (
    <div className={styles.frame}>
      <div role="radiogroup" aria-label={t`Day on which the campaign would go`} className={styles.days} onKeyDown={step}>
        {days.map((one) => {
          const counts = t`goes ${formats.number(one.send)} · waits ${formats.number(one.queue)} · not sent ${formats.number(one.suppress)}`;
          const said = [formats.longDay(one.day), counts, one.day === best ? t`best day` : ""].filter(Boolean).join(" · ");
          return (
            <Tooltip key={one.day} label={said}>
              <button
                type="button" role="radio" aria-checked={one.day === chosen} aria-label={said} data-day={one.day} data-weekend={weekdayOf(one.day) > 5}
                tabIndex={one.day === chosen ? 0 : -1} className={styles.day} onClick={() => choose(one.day)}
              >
                <span className={styles.best} aria-hidden>{one.day === best ? "★" : ""}</span>
                <span className={styles.column} aria-hidden>
                  {(["suppress", "queue", "send"] as const).map((verdict) => (
                    <span key={verdict} style={{ height: `${(100 * one[verdict]) / most}%`, background: `var(--${verdict})`, opacity: FAINT[verdict] }} />
                  ))}
                </span>
                <span className={styles.axis} aria-hidden>{formats.weekday(one.day).slice(0, 3)}<br />{formats.dayOfMonth(one.day)}</span>
              </button>
            </Tooltip>
          );
        })}
      </div>
    </div>
  );
}
