import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import {
  IconArrowsSplit2, IconBolt, IconCalendarEvent, IconCalendarTime, IconCheckbox, IconClock, IconDoorExit, IconFlag, IconGitBranch, IconHourglass, IconMail, IconPencil, IconRoute, IconRouteOff, IconUsersGroup, IconCode,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { useColleagues } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { CHANNELS, STAGES, wordOf } from "../../ui/words";
import { type Entry, type Journey, type Kind, type Lead, seconds, type Span, type Step, stepNamed } from "./document";

type Icon = typeof IconMail;

export const KIND_WORDS: Record<Kind, MessageDescriptor> = {
  message: msg`Send a message`,
  task: msg`Give a task to a colleague`,
  wait: msg`Wait for some time`,
  wait_day: msg`Wait for an hour of the day`,
  wait_date: msg`Wait for a date`,
  wait_event: msg`Wait for an event`,
  branch: msg`Choose by a condition`,
  split: msg`Split by chance`,
  set: msg`Change an attribute`,
  start: msg`Start another journey`,
  leave: msg`Leave another journey`,
  goal: msg`Goal reached`,
  exit: msg({ message: "End", context: "journey" }),
};

export const KIND_ICONS: Record<Kind, Icon> = {
  message: IconMail, task: IconCheckbox, wait: IconHourglass, wait_day: IconClock, wait_date: IconCalendarTime, wait_event: IconBolt, branch: IconGitBranch, split: IconArrowsSplit2, set: IconPencil, start: IconRoute, leave: IconRouteOff, goal: IconFlag, exit: IconDoorExit,
};

export const ENTRY_ICONS: Record<Entry["kind"], Icon> = { event: IconBolt, date: IconCalendarEvent, segment: IconUsersGroup, api: IconCode };

/** How kinds stand together in menus. */
export const GROUPS: { title: MessageDescriptor; kinds: Kind[] }[] = [
  { title: msg`Say`, kinds: ["message", "task"] },
  { title: msg`Wait`, kinds: ["wait", "wait_day", "wait_date", "wait_event"] },
  { title: msg`Choose`, kinds: ["branch", "split"] },
  { title: msg`Change`, kinds: ["set", "start", "leave"] },
  { title: msg`Finish`, kinds: ["goal", "exit"] },
];

export const STATES: Record<string, MessageDescriptor> = {
  draft: msg({ message: "draft", context: "journey" }), live: msg({ message: "live", context: "journey" }), paused: msg({ message: "paused", context: "journey" }), stopped: msg({ message: "stopped", context: "journey" }),
};

export const DID: Record<string, MessageDescriptor> = { delivered: msg`was sent`, opened: msg`was opened`, clicked: msg`was clicked`, replied: msg`was answered` };

/** A journey told: each step, the entry and each way in a sentence of the reader's language. */
export function useStory() {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const colleagues = useColleagues();
  return useMemo(() => {
    const unit = (count: number, name: "day" | "hour" | "minute") => new Intl.NumberFormat(i18n.locale, { style: "unit", unit: name, unitDisplay: "long" }).format(count);
    const span = (one: Span | undefined) => formats.list([...(one?.days ? [unit(one.days, "day")] : []), ...(one?.hours ? [unit(one.hours, "hour")] : []), ...(one?.minutes ? [unit(one.minutes, "minute")] : [])]);
    const weekday = (day: number) => formats.longWeekday(`2024-01-0${day}`);
    const attribute = (name: string | undefined) => (name ? `“${name}”` : "…");
    const around = (days: number, date: string) => {
      if (!days) return t`on ${date}`;
      const length = unit(Math.abs(days), "day");
      return days > 0 ? t`${length} before ${date}` : t`${length} after ${date}`;
    };
    const channels = (list: string[]) => formats.list(list.map((one) => i18n._(wordOf(CHANNELS, one))));

    function sentence(step: Step, journey: Journey): string {
      const event = step.event ?? "";
      const other = step.journey ?? "";
      const length = span(step.kind === "wait" ? step : step.within);
      switch (step.kind) {
        case "message": {
          const how = channels(step.channels ?? journey.messages?.channels ?? ["email"]);
          return step.template ? t`Send “${step.template}” (${how})` : t`Send a message whose content is still missing`;
        }
        case "task": {
          const who = colleagues.find((one) => one.value === step.assignee)?.label ?? step.assignee;
          if (!step.title) return t`Give a task that has no title yet`;
          return who ? t`Task for ${who}: ${step.title}` : t`Task for whoever looks after the account: ${step.title}`;
        }
        case "wait": return length ? t`Wait ${length}` : t`Wait for a time that is not said yet`;
        case "wait_day": {
          const hour = step.at ?? "09:00";
          const days = formats.list([...(step.weekdays ?? [])].sort().map(weekday));
          const later = step.days ?? 1;
          if (days) return later > 1 ? t`Wait ${unit(later, "day")}, then until ${days} at ${hour}` : t`Wait until ${days} at ${hour}`;
          if (!later) return t`Wait until it is ${hour}`;
          return later === 1 ? t`Wait until the next day at ${hour}` : t`Wait until ${hour}, ${unit(later, "day")} later`;
        }
        case "wait_date": {
          const date = step.date ? formats.day(step.date) : attribute(step.attribute);
          const when = around(step.days ?? 0, date);
          const hour = step.at ?? "09:00";
          return step.date || step.attribute ? t`Wait until ${hour}, ${when}` : t`Wait for a date that is not said yet`;
        }
        case "wait_event":
          if (!event) return t`Wait for an event that is not named yet`;
          return length ? t`Wait for “${event}”, at most ${length}` : t`Wait for “${event}” without end`;
        case "branch": return t`Which condition holds?`;
        case "split": return t`Split by chance`;
        case "set": {
          if (!step.attribute) return t`Change an attribute that is not named yet`;
          const value = step.attribute === "stage" && typeof step.value === "string" ? i18n._(wordOf(STAGES, step.value)) : String(step.value ?? "");
          const name = step.attribute === "stage" ? t`the stage` : attribute(step.attribute);
          return value ? t`Set ${name} to “${value}”` : t`Empty ${name}`;
        }
        case "start": return other ? t`Start the journey “${other}” as well` : t`Start a journey that is not chosen yet`;
        case "leave": return other ? t`Leave the journey “${other}”` : t`Leave a journey that is not chosen yet`;
        case "goal": return t`The goal is reached`;
        case "exit": return t`The journey ends here`;
      }
    }

    function entry({ kind, ...one }: Entry): string {
      if (kind === "event") return one.event ? t`When “${one.event}” happens` : t`When something happens that is not named yet`;
      if (kind === "segment") return one.segment ? t`Who enters the segment “${one.segment}”` : t`Who enters a segment that is not chosen yet`;
      if (kind === "api") return t`Whom a program or a colleague puts in`;
      const hour = one.at ?? "09:00";
      const when = around(one.days ?? 0, attribute(one.attribute));
      return one.attribute ? t`At ${hour}, ${when}` : t`On a date that is not said yet`;
    }

    /** What stands on a way; empty when the way is the only one. */
    function way({ from, field }: Lead, journey: Journey): string {
      const step = stepNamed(journey, from);
      const place = Number(/\[(\d+)\]/.exec(field)?.[1]);
      if (!step) return "";
      if (step.kind === "split") {
        const share = step.shares?.[place];
        return [share?.label, formats.percent((share?.percent ?? 50) / 100)].filter(Boolean).join(" · ");
      }
      if (step.kind === "branch") {
        if (field === "otherwise") return t`everybody else`;
        const one = step.ways?.[place];
        const message = one?.message ? stepNamed(journey, one.message) : undefined;
        if (one?.label) return one.label;
        if (message) return t`“${message.label || message.template || message.id}” ${i18n._(wordOf(DID, one?.did ?? "opened"))}`;
        return one?.rule ? t`condition ${place + 1}` : t`no condition yet`;
      }
      const length = span(step.within);
      if (step.kind === "wait_event") return field === "next" ? t`it happened` : t`not within ${length}`;
      if (step.kind === "task" && seconds(step.within)) return field === "next" ? t`done` : t`not done within ${length}`;
      if (step.kind === "wait_date" && step.past === "otherwise") return field === "next" ? t`the date comes` : t`it has passed, or there is none`;
      return "";
    }

    const name = (step: Step) => step.label || i18n._(KIND_WORDS[step.kind]);
    return { sentence, entry, way, name, span, unit };
  }, [t, i18n, formats, colleagues]);
}
