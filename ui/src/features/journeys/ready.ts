import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import type { Entry, Journey, Step } from "./document";

type Part = Omit<Step, "id">;

/** Steps one after another, then the end; the other way of each that has one leads to the next step too. */
function line(entry: Entry, parts: Part[], rest: Partial<Journey> = {}): Journey {
  const ids = [...parts.map((one, at) => `${one.kind.replace("_", "-")}-${at + 1}`), "end"];
  const nodes: Step[] = parts.map((one, at) => ({ ...one, id: ids[at] ?? "", next: ids[at + 1], ...(one.within ? { otherwise: ids[at + 1] } : {}) }));
  return { entry, ...rest, start: ids[0], nodes: [...nodes, { id: "end", kind: "exit" }] };
}

const until = (days: number): Part => ({ kind: "wait_date", attribute: "account.renewal_date", days, at: "09:00" });
const message = (label: string): Part => ({ kind: "message", label });
const wait = (days: number): Part => ({ kind: "wait_day", days, at: "09:00" });

/** The journeys to begin with; their messages have names, and wait for their content. */
export function useReady(): { key: string; title: string; told: string; journey: Journey }[] {
  const { t } = useLingui();
  return useMemo(() => [
    { key: "empty", title: t`An empty journey`, told: t`An entry and an end; every step is yours.`, journey: line({ kind: "event", event: "" }, []) },
    {
      key: "welcome", title: t`Welcome`, told: t`Five messages in two weeks after signing up: days 0, 1, 3, 7 and 14.`,
      journey: line({ kind: "event", event: "signed_up" }, [
        message(t`Welcome`), wait(1), message(t`First steps`), wait(2), message(t`A tip that saves time`), wait(4), message(t`How others use it`), wait(7), message(t`What comes next`),
      ], { messages: { type: "relationship", topic: "onboarding", team: "marketing" } }),
    },
    {
      key: "onboarding", title: t`Onboarding`, told: t`Leads to the first project: reminders while it is missing, and a call when nothing helps.`,
      journey: line({ kind: "segment", segment: "" }, [
        message(t`Your first project`), { kind: "wait_event", event: "project_created", within: { days: 3 } }, message(t`Need a hand?`), { kind: "wait_event", event: "project_created", within: { days: 7 } },
        { kind: "task", title: t`Call and help with the first project`, within: { days: 5 } }, wait(7), message(t`What else it can do`),
      ], { goal: { event: "project_created" }, messages: { type: "educational", topic: "onboarding", team: "success" } }),
    },
    {
      key: "renewal", title: t`Renewal`, told: t`Usage and value 90 days before, a call at 60, the proposal at 30, a reminder at 14, and a word with the leadership at 7. Ends when it is signed.`,
      journey: line({ kind: "date", attribute: "account.renewal_date", days: 90, at: "09:00" }, [
        message(t`Your usage and what it is worth`), until(60), { kind: "task", title: t`Call about the renewal`, within: { days: 10 } }, until(30), message(t`The proposal`), until(14), message(t`Two weeks left`), until(7),
        { kind: "task", title: t`Bring the renewal to the leadership`, within: { days: 7 } },
      ], { goal: { event: "renewal_signed" }, again: { rule: "after_exit" }, messages: { type: "relationship", topic: "renewal", team: "success" } }),
    },
    {
      key: "reengagement", title: t`Back after a silence`, told: t`For a segment of those who have not been there for 14 days. Ends when they come back.`,
      journey: line({ kind: "segment", segment: "" }, [
        message(t`What you have missed`), wait(7), message(t`Can we help?`), wait(14), { kind: "task", title: t`Call and ask what is missing`, within: { days: 10 } },
      ], { goal: { event: "logged_in" }, again: { rule: "after_days", days: 60 }, messages: { type: "relationship", topic: "adoption", team: "success" } }),
    },
    {
      key: "trial", title: t`End of the trial`, told: t`A message seven days before the end, one on the day before, and one afterwards. Ends with the purchase.`,
      journey: line({ kind: "date", attribute: "trial_ends", days: 7, at: "09:00" }, [
        message(t`A week left`), { kind: "wait_date", attribute: "trial_ends", days: 1, at: "09:00" }, message(t`It ends tomorrow`), { kind: "wait_date", attribute: "trial_ends", days: -3, at: "09:00" }, message(t`Your data is still here`),
      ], { goal: { event: "contract_signed" }, messages: { type: "promotional", topic: "trial", team: "sales" } }),
    },
  ], [t]);
}
