import { useLingui } from "@lingui/react/macro";
import { VisuallyHidden } from "@mantine/core";
import { IconArrowsMove } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { CalendarCampaignView } from "../../api";
import { type Day, useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { teamColour } from "../../ui/teams";
import { CAMPAIGN_STATES, wordOf } from "../../ui/words";
import styles from "./calendar.module.css";
import type { Move } from "./MoveDialog";

/** What travels while a chip is dragged. */
export const DRAGGED = "application/x-pauta-campaign";

/** States of campaigns of which nothing has been sent. */
export const UNLAUNCHED = ["draft", "submitted", "approved", "rejected"];
const MOVABLE = [...UNLAUNCHED, "launched", "paused"];

interface ChipProps {
  campaign: CalendarCampaignView;
  day: Day;
  move: (move: Move) => void;
}

/** A campaign on a day. It can be dragged to another one, or moved by its button. */
export function Chip({ campaign, day, move }: ChipProps) {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const messages = campaign.counts.planned + campaign.counts.sent;
  const draft = UNLAUNCHED.includes(campaign.state);
  const movable = MOVABLE.includes(campaign.state) && may("campaigns.write");
  return (
    <span
      className={styles.chip} data-draft={draft} style={{ borderInlineStartColor: teamColour(campaign.team) }}
      draggable={movable} onDragStart={(event) => event.dataTransfer.setData(DRAGGED, JSON.stringify({ name: campaign.name, from: day }))}
    >
      {campaign.state === "past"
        ? <span className={styles.name}>{campaign.name}</span>
        : <Link className={styles.name} to="/campaigns/$name" params={{ name: campaign.name }} search={{}} draggable={false}>{campaign.name}</Link>}
      <span className={`${styles.count} figures`}>{messages ? formats.compact(messages) : draft ? <VisuallyHidden>{i18n._(wordOf(CAMPAIGN_STATES, campaign.state))}</VisuallyHidden> : null}</span>
      {movable ? (
        <button type="button" className={styles.grip} aria-label={t`Move “${campaign.name}” to another day`} onClick={() => move({ name: campaign.name, from: day, to: null })}>
          <IconArrowsMove size={13} aria-hidden />
        </button>
      ) : null}
    </span>
  );
}
