import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { RuleToldView, StripMessageView } from "../api";
import { useFormats } from "./dates";
import { DayStrip } from "./DayStrip";
import { SendAnyway } from "./SendAnyway";
import { useTeamTitle } from "./teams";
import { VerdictBadge } from "./VerdictBadge";
import { CHANNELS, MESSAGE_STATES, RULES, TYPES, wordOf } from "./words";

interface WhyMessageProps {
  told: StripMessageView;
  rules: RuleToldView[];
  /** Whether to name the contact: on the page of an account there are several. */
  named?: boolean;
}

/** One message to a contact: what it is, the sentence that says why, who came first, and the days of its channels. */
export function WhyMessage({ told, rules, named }: WhyMessageProps) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const { message } = told;
  const name = message.campaign || message.topic || message.template;
  const sentences = Object.fromEntries(rules.map((one) => [one.rule, one.sentence]));
  const ruleName = (code: string) => (RULES[code] ? i18n._(wordOf(RULES, code)) : code);
  const standsStill = message.state === "held" || !message.planned || message.overridden_by !== null;
  const waits = message.verdict === "queue" && message.type !== "transactional" && !standsStill;
  return (
    <Box className="paper" p="md" component="article" aria-label={name}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Box>
          <Text fw={650}>
            {message.campaign ? <Link to="/campaigns/$name" params={{ name: message.campaign }} search={{}}>{name}</Link> : name}
          </Text>
          <Text size="sm" c="dimmed">
            {named ? <><Link to="/contacts/$id" params={{ id: message.contact }}>{told.name}</Link> · </> : null}
            {[i18n._(wordOf(TYPES, message.type)), titleOf(message.team)].filter(Boolean).join(" · ")}
          </Text>
        </Box>
        <Group gap="xs">
          {message.urgent ? <Badge color="red" variant="light" tt="none"><Trans>urgent</Trans></Badge> : null}
          {standsStill
            ? <Badge size="lg" tt="none" bg="var(--queue-back)" c="var(--queue-ink)">{i18n._(wordOf(MESSAGE_STATES, message.state))}</Badge>
            : <VerdictBadge verdict={message.verdict} day={message.day} />}
          {waits ? <SendAnyway message={message.id} name={name} /> : null}
        </Group>
      </Group>
      {told.text ? <Text mt="xs">{told.text}</Text> : null}
      {told.winners.length ? (
        <Stack gap={0} mt={4} component="ul" pl="md" m={0}>
          {told.winners.map((one) => (
            <Text key={`${one.id}`} component="li" size="sm" c="dimmed">
              <Trans>Came first: {one.what}</Trans> · {formats.shortDay(one.day)}{one.contact_id !== message.contact ? ` · ${one.contact} (${one.contact_id})` : named ? ` · ${one.contact}` : ""}
            </Text>
          ))}
        </Stack>
      ) : null}
      <Stack gap="sm" mt="sm">
        {told.rows.map((row) => {
          const channel = i18n._(wordOf(CHANNELS, row.channel));
          return (
            <Box key={row.channel}>
              {told.rows.length > 1 ? <Text size="sm" fw={600}>{channel}</Text> : null}
              <DayStrip
                label={t`The coming days of “${name}” by ${channel}`}
                days={row.days.map((one) => ({ day: one.day, rules: one.rules.map(ruleName) }))}
                sentences={sentences}
                wished={message.wished}
                placed={row.days.find((one) => one.state === "place")?.day ?? null}
              />
            </Box>
          );
        })}
      </Stack>
    </Box>
  );
}
