import { useLingui } from "@lingui/react";
import { useMemo } from "react";
import { useSession } from "./session";

/** A calendar day as the API writes it, such as 2026-11-23; it has no time zone. */
export type Day = string;

const utc = (day: Day) => new Date(`${day}T00:00:00Z`);

export const dayOf = (moment: Date): Day => moment.toISOString().slice(0, 10);

/** The day on which the reader is, by the clock of the browser. */
export function today(): Day {
  const now = new Date();
  return dayOf(new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())));
}

/** The moment that the reader's clock shows as 2026-11-23T10:00, as the API takes it. */
export const momentOf = (shown: string): string => new Date(shown).toISOString();

export function addDays(day: Day, count: number): Day {
  const moved = utc(day);
  moved.setUTCDate(moved.getUTCDate() + count);
  return dayOf(moved);
}

export function addMonths(day: Day, count: number): Day {
  const moved = utc(`${day.slice(0, 7)}-01`);
  moved.setUTCMonth(moved.getUTCMonth() + count);
  return dayOf(moved);
}

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (day: Day): number => utc(day).getUTCDay() || 7;

export const mondayOf = (day: Day): Day => addDays(day, 1 - weekdayOf(day));

export const range = (first: Day, count: number): Day[] => Array.from({ length: count }, (_, index) => addDays(first, index));

export const daysBetween = (first: Day, last: Day): number => Math.round((utc(last).getTime() - utc(first).getTime()) / 86_400_000);

/** The days of a month, filled up to whole weeks from Monday to Sunday. */
export function monthGrid(day: Day): Day[] {
  const first = mondayOf(`${day.slice(0, 7)}-01`);
  const last = addDays(addMonths(day, 1), -1);
  return range(first, daysBetween(first, addDays(mondayOf(last), 7)));
}

const SPANISH_SPEAKING = ["AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GQ", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "PY", "SV", "UY", "VE"];

/** How a language is written here: as the browser wishes it, else as in the company's country, else as in Latin America. */
export function localeOf(language: string, country: string): string {
  const own = navigator.languages.find((tag) => tag.includes("-") && tag.slice(0, 2) === language.slice(0, 2));
  if (own) return own;
  if (language !== "es") return language;
  return SPANISH_SPEAKING.includes(country) ? `es-${country}` : "es-419";
}

/** Days, moments and numbers as the reader's language writes them. */
export function useFormats() {
  const { i18n } = useLingui();
  const { session } = useSession();
  const locale = localeOf(i18n.locale, session?.country ?? "");
  return useMemo(() => {
    const days = (options: Intl.DateTimeFormatOptions) => {
      const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
      return (day: Day) => format.format(utc(day));
    };
    const spans = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
    const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    const numbers = new Intl.NumberFormat(locale);
    const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
    const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
    const span = (value: number, unit: string) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
    const list = new Intl.ListFormat(locale, { type: "conjunction" });
    return {
      day: days({ day: "numeric", month: "short", year: "numeric" }),
      days: (first: Day, last: Day) => spans.formatRange(utc(first), utc(last)),
      longDay: days({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
      shortDay: days({ weekday: "short", day: "numeric", month: "short" }),
      weekday: days({ weekday: "short" }),
      longWeekday: days({ weekday: "long" }),
      dayOfMonth: days({ day: "numeric" }),
      shortMonth: days({ month: "short" }),
      month: days({ month: "long", year: "numeric" }),
      moment: (at: string | Date) => moments.format(new Date(at)),
      number: (value: number) => numbers.format(value),
      compact: (value: number) => compact.format(value),
      duration: (seconds: number) => {
        if (seconds < 90) return span(Math.max(1, Math.round(seconds)), "second");
        return seconds < 5400 ? span(Math.round(seconds / 60), "minute") : span(Math.round(seconds / 3600), "hour");
      },
      percent: (share: number) => percents.format(share),
      list: (items: string[]) => list.format(items),
    };
  }, [locale]);
}
