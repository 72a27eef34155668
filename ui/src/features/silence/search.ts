/** Whose silence the address asks for. */
export interface SilenceSearch {
  of?: "accounts";
  days?: number;
  stage?: string;
}

const LONGEST = 3650;

/** The address's question, without what it cannot mean. */
export function readSilenceSearch(search: Record<string, unknown>): SilenceSearch {
  const days = Number(search.days);
  return {
    ...(search.of === "accounts" ? { of: "accounts" as const } : {}),
    ...(Number.isInteger(days) && days >= 1 && days <= LONGEST ? { days } : {}),
    ...(typeof search.stage === "string" && search.stage ? { stage: search.stage } : {}),
  };
}
