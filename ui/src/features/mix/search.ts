/** Which month's mix the address asks for, and how contacts are grouped in it. */
export interface MixSearch {
  month?: string;
  by?: "stage" | "language" | "country" | "segment";
  campaign?: string;
}

const GROUPINGS = ["stage", "language", "country", "segment"] as const;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** The address's question, without what it cannot mean. */
export function readMixSearch(search: Record<string, unknown>): MixSearch {
  const by = GROUPINGS.find((one) => one === search.by);
  return {
    ...(MONTH.test(String(search.month)) ? { month: String(search.month) } : {}),
    ...(by ? { by } : {}),
    ...(typeof search.campaign === "string" && search.campaign ? { campaign: search.campaign } : {}),
  };
}
