import type { Audience } from "../../ui/audience/audience";

/** What part of the calendar the address asks for. */
export interface View {
  view?: "month" | "week" | "day" | "list";
  day?: string;
  team?: string;
  type?: string;
  channel?: string;
  account?: string;
  campaign?: string;
  audience?: Audience;
}

const VIEWS = ["month", "week", "day", "list"] as const;
const isObject = (value: unknown): value is Audience => typeof value === "object" && value !== null && !Array.isArray(value);
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The address's question, without what it cannot mean. */
export function readView(search: Record<string, unknown>): View {
  const text = (name: string) => (typeof search[name] === "string" && search[name] ? { [name]: search[name] } : {});
  const view = VIEWS.find((one) => one === search.view);
  const day = typeof search.day === "string" && DAY.test(search.day) ? search.day : undefined;
  const audience = isObject(search.audience) ? search.audience : undefined;
  return {
    ...(view ? { view } : {}),
    ...(day ? { day } : {}),
    ...text("team"), ...text("type"), ...text("channel"), ...text("account"), ...text("campaign"),
    ...(audience ? { audience } : {}),
  };
}
