import { addDays, momentOf } from "../../ui/dates";

/** What of the audit the address asks for; days are the reader's, both included. */
export interface AuditSearch {
  actor?: string;
  action?: string;
  subject?: string;
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The address's question, without what it cannot mean. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const text = (name: keyof AuditSearch) => (typeof search[name] === "string" && search[name] ? { [name]: search[name] } : {});
  const day = (name: keyof AuditSearch) => (DAY.test(String(search[name])) ? { [name]: search[name] } : {});
  return { ...text("actor"), ...text("action"), ...text("subject"), ...day("from"), ...day("to") };
}

/** The same question as the API asks it. */
export function queryOf({ from, to, ...named }: AuditSearch): Record<string, string> {
  return {
    ...named,
    ...(from ? { since: momentOf(`${from}T00:00`) } : {}),
    ...(to ? { until: momentOf(`${addDays(to, 1)}T00:00`) } : {}),
  };
}
