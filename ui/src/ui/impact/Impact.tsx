import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { CountView, LoserView, PreviewView, WinnerView } from "../../api";
import { type Day, useFormats } from "../dates";
import { REASONS, RULES, VERDICTS, wordOf } from "../words";
import styles from "./impact.module.css";
import { FAINT, ImpactStrip } from "./ImpactStrip";

interface ImpactProps {
  preview: PreviewView;
  choose: (day: Day) => void;
}

const ORDER = ["send", "queue", "suppress"] as const;


/** What a campaign would do on a day: who goes, waits and is not sent, why, and who gives way; and the other days. */
export function Impact({ preview, choose }: ImpactProps) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const sum = (verdict: string) => preview.counts.filter((one) => one.verdict === verdict).reduce((total, one) => total + one.contacts, 0);
  const error = Math.max(0, ...preview.strip.map((one) => one.error));
  return (
    <Stack gap="md">
      <Box>
        <Text fw={600} mb={6}><Trans>If it is for {formats.longDay(preview.day)}</Trans></Text>
        <div className={styles.big}>
          {ORDER.map((verdict) => (
            <div key={verdict} style={{ background: `var(--${verdict}-back)`, color: `var(--${verdict}-ink)` }}>
              <Text size="sm">{verdict === "send" ? t`go on that day` : verdict === "queue" ? t`wait for a later day` : t`not sent`}</Text>
              <Text fz={26} fw={650} className="figures" lh={1.2}>{formats.number(sum(verdict))}</Text>
            </div>
          ))}
        </div>
      </Box>
      <Box>
        <ImpactStrip days={preview.strip} best={preview.best} chosen={preview.day} choose={choose} />
        <ul className={styles.legend}>
          {ORDER.map((verdict) => <li key={verdict}><span className={styles.swatch} style={{ background: `var(--${verdict})`, opacity: FAINT[verdict] }} />{i18n._(wordOf(VERDICTS, verdict))}</li>)}
          <li><span aria-hidden style={{ color: "var(--send)" }}>★</span> <Trans>best day: {formats.shortDay(preview.best)}</Trans></li>
          {error > 0 ? <li><Trans>reckoned from {formats.number(preview.sampled)} of {formats.number(preview.contacts)} contacts, give or take {formats.number(Math.ceil(error))}</Trans></li> : null}
        </ul>
      </Box>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        <Reasons title={t`Who waits, and why`} counts={preview.counts.filter((one) => one.verdict === "queue")} nothing={t`Nobody waits.`} />
        <Reasons title={t`Who is left out, and why`} counts={preview.counts.filter((one) => one.verdict === "suppress")} nothing={t`Nobody is left out.`} />
      </SimpleGrid>
      <Rivals losers={preview.losers} winners={preview.winners} />
    </Stack>
  );
}

function Reasons({ title, counts, nothing }: { title: string; counts: CountView[]; nothing: string }) {
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

function Rivals({ losers, winners }: { losers: LoserView[]; winners: WinnerView[] }) {
  const { t } = useLingui();
  const formats = useFormats();
  if (!losers.length && !winners.length) return null;
  const named = (one: { campaign: string; topic: string; team: string }) => [one.campaign || one.topic || t`other messages`, one.team].filter(Boolean).join(" · ");
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
                    {one.dropped ? <Plural value={one.dropped} one="# finds no day any more" other="# find no day any more" /> : null}
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
