import { useLingui } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import { IconBan, IconClockPause, IconSend } from "@tabler/icons-react";
import { type Day, useFormats } from "./dates";
import { VERDICTS, wordOf } from "./words";

const ICONS = { send: IconSend, queue: IconClockPause, suppress: IconBan };

/** Goes, waits or is not sent: with a word and a sign, and the day when there is one. */
export function VerdictBadge({ verdict, day }: { verdict: string; day?: Day | null }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const kind = verdict in ICONS ? (verdict as keyof typeof ICONS) : "queue";
  const Icon = ICONS[kind];
  const when = day ? formats.shortDay(day) : "";
  const said = !when ? i18n._(wordOf(VERDICTS, verdict)) : kind === "queue" ? t`waits until ${when}` : kind === "send" ? t`goes ${when}` : i18n._(wordOf(VERDICTS, verdict));
  return (
    <Badge size="lg" tt="none" fw={600} miw="max-content" bg={`var(--${kind}-back)`} c={`var(--${kind}-ink)`} leftSection={<Icon size={14} aria-hidden />}>
      {said}
    </Badge>
  );
}
