import { useLingui } from "@lingui/react";
import { Badge } from "@mantine/core";
import { wordOf } from "../../ui/words";
import { STATES } from "./words";

const TONES: Record<string, string> = { live: "send", paused: "queue", stopped: "suppress" };

/** The state of a journey in a word. */
export function JourneyState({ state }: { state: string }) {
  const { i18n } = useLingui();
  const tone = TONES[state];
  return (
    <Badge tt="none" fw={600} miw="max-content" bg={tone ? `var(--${tone}-back)` : "var(--line)"} c={tone ? `var(--${tone}-ink)` : "var(--mantine-color-text)"}>{i18n._(wordOf(STATES, state))}</Badge>
  );
}
