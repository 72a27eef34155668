import type { CampaignForm, CampaignView } from "../../api";
import { addDays, type Day, daysBetween } from "../dates";

/** What the API takes for a campaign, from what it gives. */
export function formOf(campaign: CampaignView): CampaignForm {
  const { type, topic, team, tier, value, urgent, channels, not_before, expires, at, template, audience } = campaign;
  return { type, topic, team, tier, value, urgent, channels, not_before, expires, at, template, audience };
}

/** A campaign on another first day, with its last day as far behind it as before. */
export function moved(campaign: CampaignView, day: Day): CampaignForm {
  const form = formOf(campaign);
  const { not_before: first, expires: last } = campaign;
  const length = first && last ? daysBetween(first, last) : null;
  return { ...form, not_before: day, expires: length === null ? (last && last < day ? null : last) : addDays(day, length) };
}
