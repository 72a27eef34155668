import { useLingui } from "@lingui/react";
import { Badge } from "@mantine/core";
import { CAMPAIGN_STATES, wordOf } from "./words";

const TONES: Record<string, string> = {
  launched: "send", launching: "queue", paused: "queue", submitted: "queue", approved: "send", cancelled: "suppress", rejected: "suppress",
};

/** The state of a campaign in a word. */
export function StateBadge({ state }: { state: string }) {
  const { i18n } = useLingui();
  const tone = TONES[state];
  return (
    <Badge tt="none" fw={600} miw="max-content" bg={tone ? `var(--${tone}-back)` : "var(--line)"} c={tone ? `var(--${tone}-ink)` : "var(--mantine-color-text)"}>
      {i18n._(wordOf(CAMPAIGN_STATES, state))}
    </Badge>
  );
}
