import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { CountView, LoserView, WinnerView } from "../../api";
import { useFormats } from "../dates";
import { useTeamTitle } from "../teams";
import { REASONS, RULES, wordOf } from "../words";
import styles from "./impact.module.css";
import { ORDER } from "./ImpactStrip";

/** What a day would bring: verdicts with reasons, and the rivals. */
export interface Brought {
  counts: CountView[];
  losers: LoserView[];
  winners: WinnerView[];
}

/** How many go, wait and are not sent, in large figures. */
export function Figures({ counts }: { counts: CountView[] }) {
  const { t } = useLingui();
  const formats = useFormats();
  const sum = (verdict: string) => counts.filter((one) => one.verdict === verdict).reduce((total, one) => total + one.contacts, 0);
  return (
    <div className={styles.big}>
      {ORDER.map((verdict) => (
        <div key={verdict} style={{ background: `var(--${verdict}-back)`, color: `var(--${verdict}-ink)` }}>
          <Text size="sm">{verdict === "send" ? t`go on that day` : verdict === "queue" ? t`wait for a later day` : t`are left out`}</Text>
          <span className={styles.figure}>{formats.number(sum(verdict))}</span>
        </div>
      ))}
    </div>
  );
}

/** Who waits and who is left out, why, and which other messages win and lose. */
export function Reasons({ brought, campaign }: { brought: Brought; campaign: string }) {
  const { t } = useLingui();
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        <Counts title={t`Who waits, and why`} counts={brought.counts.filter((one) => one.verdict === "queue")} nothing={t`Nobody is waiting.`} />
        <Counts title={t`Who is left out, and why`} counts={brought.counts.filter((one) => one.verdict === "suppress")} nothing={t`Nobody is left out.`} />
      </SimpleGrid>
      <Rivals campaign={campaign} losers={brought.losers} winners={brought.winners} />
    </Stack>
  );
}

function Counts({ title, counts, nothing }: { title: string; counts: CountView[]; nothing: string }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  return (
    <Box>
      <Title order={3} mb={6}>{title}</Title>
      {counts.length ? (
        <ul className={styles.reasons}>
          {counts.map((one) => (
            <li key={`${one.reason} ${one.rule}`}>
              <span>{formats.number(one.contacts)}</span>
              <span>
                {i18n._(wordOf(REASONS, one.reason))}
                {one.rule && one.rule !== one.reason ? <Text span inherit c="dimmed"> · {RULES[one.rule] ? i18n._(wordOf(RULES, one.rule)) : one.rule}</Text> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : <Text size="sm" c="dimmed">{nothing}</Text>}
    </Box>
  );
}

function Rivals({ campaign, losers, winners }: { campaign: string; losers: LoserView[]; winners: WinnerView[] }) {
  const { t } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  if (!losers.length && !winners.length) return null;
  const named = (one: { campaign: string; topic: string; team: string }) => one.campaign === campaign ? t`this campaign itself, at other contacts of the account` : [one.campaign || one.topic || t`other messages`, titleOf(one.team)].filter(Boolean).join(" · ");
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      {losers.length ? (
        <Box>
          <Title order={3} mb={6}><Trans>Gives way to this campaign</Trans></Title>
          <ul className={styles.reasons}>
            {losers.map((one) => (
              <li key={`${one.campaign} ${one.topic} ${one.team}`}>
                <span>{formats.number(one.later + one.dropped)}</span>
                <span>
                  {named(one)}
                  <Text span inherit c="dimmed" display="block">
                    {one.later ? <Plural value={one.later} one="# message goes later" other="# messages go later" /> : null}
                    {one.later && one.dropped ? " · " : ""}
                    {one.dropped ? <Plural value={one.dropped} one="# no longer finds a day" other="# no longer find a day" /> : null}
                  </Text>
                </span>
              </li>
            ))}
          </ul>
        </Box>
      ) : null}
      {winners.length ? (
        <Box>
          <Title order={3} mb={6}><Trans>Comes before this campaign</Trans></Title>
          <ul className={styles.reasons}>
            {winners.map((one) => <li key={`${one.campaign} ${one.topic} ${one.team}`}><span>{formats.number(one.messages)}</span><span>{named(one)}</span></li>)}
          </ul>
        </Box>
      ) : null}
    </SimpleGrid>
  );
}
