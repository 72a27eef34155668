import { useLingui } from "@lingui/react/macro";
import { Box, Tooltip, VisuallyHidden } from "@mantine/core";
import { type Day, useFormats, weekdayOf } from "./dates";
import styles from "./DayStrip.module.css";

export interface StripDay {
  day: Day;
  /** Rules that close the day, in words; none: it is open. */
  rules: string[];
}

interface DayStripProps {
  label: string;
  days: StripDay[];
  wished: Day | null;
  placed: Day | null;
  /** What each rule says in a sentence, where it is known. */
  sentences?: Record<string, string>;
}

const KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A row of days: open, closed by which rule (a letter and a colour, told below), wished, and where the message goes. */
export function DayStrip({ label, days, wished, placed, sentences = {} }: DayStripProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const rules = [...new Set(days.flatMap((one) => one.rules.slice(0, 1)))];
  const said = (one: StripDay) => {
    const parts = [formats.longDay(one.day)];
    if (one.day === placed) parts.push(t`it goes on this day`);
    else if (one.rules.length) parts.push(t`closed by ${formats.list(one.rules)}`);
    else parts.push(t`open`);
    if (one.day === wished) parts.push(t`the day wished for`);
    return parts.join(" · ");
  };
  return (
    <Box>
      <div className={styles.frame} tabIndex={0} role="region" aria-label={label}>
        <ol className={styles.strip}>
          {days.map((one, index) => (
            <Tooltip key={one.day} label={said(one)}>
              <li className={`${styles.day} ${weekdayOf(one.day) > 5 ? styles.weekend : ""}`}>
                <span className={styles.axis} aria-hidden>
                  {index === 0 || one.day.endsWith("-01") ? formats.shortMonth(one.day) : formats.weekday(one.day).slice(0, 3)}
                  <br />
                  {formats.dayOfMonth(one.day)}
                </span>
                <span aria-hidden className={`${styles.cell} ${look(one, rules, placed)} ${one.day === wished ? styles.wished : ""}`}>
                  {one.day === placed ? "✓" : one.rules[0] ? KEYS[rules.indexOf(one.rules[0])] : ""}
                </span>
                <VisuallyHidden>{said(one)}</VisuallyHidden>
              </li>
            </Tooltip>
          ))}
        </ol>
      </div>
      <ul className={styles.legend} aria-hidden>
        {placed ? <li><span className={`${styles.key} ${styles.placed}`}>✓</span>{t`it goes on this day`}</li> : null}
        {wished && wished !== placed ? <li><span className={`${styles.key} ${styles.wished}`} />{t`the day wished for`}</li> : null}
        <li><span className={`${styles.key} ${styles.open}`} />{t`open`}</li>
        {rules.map((rule, index) => (
          <li key={rule}>
            <span className={`${styles.key} ${styles[`rule${index % 6}`]}`}>{KEYS[index]}</span>
            <Tooltip label={sentences[rule]} disabled={!sentences[rule] || sentences[rule] === rule}><span>{rule}</span></Tooltip>
          </li>
        ))}
      </ul>
    </Box>
  );
}

function look(one: StripDay, rules: string[], placed: Day | null) {
  if (one.day === placed) return styles.placed;
  return one.rules[0] ? styles[`rule${rules.indexOf(one.rules[0]) % 6}`] : styles.open;
}
