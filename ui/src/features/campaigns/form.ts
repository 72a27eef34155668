import type { CampaignForm, CampaignView } from "../../api";

/** What the API takes for a campaign, from what it gives. */
export function formOf(campaign: CampaignView): CampaignForm {
  const { type, topic, team, tier, value, urgent, channels, not_before, expires, at, template, sender, audience, unread_days, goal_event, goal_days } = campaign;
  return { type, topic, team, tier, value, urgent, channels, not_before, expires, at, template, sender, audience, unread_days, goal_event, goal_days: goal_days || null };
}
