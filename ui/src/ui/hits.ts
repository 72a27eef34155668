import { useLingui } from "@lingui/react";
import type { HitView } from "../api";
import { useTeamTitle } from "./teams";
import { CAMPAIGN_STATES, STAGES, wordOf } from "./words";

/** What stands below a found name: an address and company, the stage of an account, team and state of a campaign. */
export function useDetailOf(): (hit: HitView) => string {
  const { i18n } = useLingui();
  const titleOf = useTeamTitle();
  return (hit) => {
    if (hit.what === "account") return i18n._(wordOf(STAGES, hit.detail));
    if (hit.what !== "campaign") return hit.detail;
    const [state = "", team = ""] = hit.detail.split(" · ").reverse();
    return [titleOf(team), i18n._(wordOf(CAMPAIGN_STATES, state))].filter(Boolean).join(" · ");
  };
}
