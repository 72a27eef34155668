import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Center, Group, Select, Stack, Text } from "@mantine/core";
import { IconArrowDownLeft, IconArrowUpRight } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { listAccountTimeline, listContactTimeline, type MomentView } from "../../api";
import { useFormats } from "../../ui/dates";
import { SendAnyway } from "../../ui/SendAnyway";
import { Answer, Empty } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { CHANNELS, MESSAGE_STATES, REASONS, TYPES, wordOf } from "../../ui/words";
import { OWN_EVENTS, SORTS } from "./sorts";
import styles from "./Timeline.module.css";

type Channel = NonNullable<NonNullable<Parameters<typeof listContactTimeline>[0]["query"]>["channel"]>;
/** Reasons past which nobody may send. */
const FOR_GOOD = ["address", "consent", "window", "channel", "preference"];
const CHOICES = ["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"] as const;

/** Everything in and out of a contact or an account, every team and channel, the newest first. */
export function Timeline({ sort, id }: { sort: "contact" | "account"; id: string }) {
  const { t, i18n } = useLingui();
  const [channel, setChannel] = useState<Channel | null>(null);
  const moments = useInfiniteQuery({
    queryKey: ["timeline", sort, id, channel],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const asked = { path: { external_id: id }, query: { cursor: pageParam, channel: channel ?? undefined }, throwOnError: true } as const;
      return (sort === "contact" ? await listContactTimeline(asked) : await listAccountTimeline(asked)).data;
    },
    getNextPageParam: (last) => last.cursor ?? undefined,
  });
  return (
    <Stack gap="sm">
      <Select aria-label={t`Channel`} placeholder={t`Every channel`} value={channel} onChange={(value) => setChannel(value as Channel | null)} clearable maw={220}
        data={CHOICES.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} />
      <Answer of={moments}>
        {(data) => {
          const listed = data.pages.flatMap((page) => page.moments);
          if (!listed.length) return <Empty title={channel ? t`Nothing by this channel` : t`Nothing has gone out or come in yet`} />;
          return (
            <>
              <ol className={styles.list}>
                {listed.map((one, index) => <Moment key={`${one.at} ${one.what} ${one.id} ${index}`} moment={one} named={sort === "account"} />)}
              </ol>
              {moments.hasNextPage ? (
                <Center><Button variant="default" loading={moments.isFetchingNextPage} onClick={() => void moments.fetchNextPage()}><Trans>Show older ones</Trans></Button></Center>
              ) : null}
            </>
          );
        }}
      </Answer>
    </Stack>
  );
}

function Moment({ moment, named }: { moment: MomentView; named: boolean }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const out = moment.direction === "out";
  const details = [
    i18n._(wordOf(SORTS, moment.what)),
    moment.type ? i18n._(wordOf(TYPES, moment.type)) : "",
    moment.channel ? i18n._(wordOf(CHANNELS, moment.channel)) : "",
    titleOf(moment.team),
  ].filter(Boolean);
  const state = moment.what === "consent" ? (moment.state === "granted" ? t`granted` : t`denied`) : moment.state && moment.what !== "fallback" ? i18n._(wordOf(MESSAGE_STATES, moment.state)) : "";
  const reason = ["suppressed", "failed", "held", "cancelled"].includes(moment.state) && moment.reason ? i18n._(wordOf(REASONS, moment.reason)) : "";
  const held = moment.what === "hold" || moment.what === "hold_lifted";
  const own = moment.what === "event" ? OWN_EVENTS[moment.name] : undefined;
  const name = own ? i18n._(own) : held ? t`until ${formats.day(moment.name)}` : moment.name === "*" ? t`every topic` : moment.name || details[0];
  return (
    <li className={styles.moment}>
      <span className={styles.way} data-out={out} title={out ? t`out` : t`in`} role="img" aria-label={out ? t`out` : t`in`}>
        {out ? <IconArrowUpRight size={16} aria-hidden /> : <IconArrowDownLeft size={16} aria-hidden />}
      </span>
      <div>
        <Group gap="xs">
          <Text fw={600} size="sm">{name}</Text>
          {state ? <Badge size="sm" variant="default" tt="none">{state}</Badge> : null}
        </Group>
        <Text size="sm" c="dimmed">
          {details.join(" · ")}{reason ? ` · ${reason}` : ""}{moment.rule && reason ? ` (${moment.rule})` : ""}
          {named && moment.contact ? <> · <Link to="/contacts/$id" params={{ id: moment.contact }}>{moment.contact}</Link></> : null}
        </Text>
        {moment.what === "fallback" ? (
          <Text size="sm">{moment.state === "failed" ? <Trans>The previous message could not be delivered, so it goes on by the next channel.</Trans> : <Trans>The previous message was not read in time, so it goes on by the next channel.</Trans>}</Text>
        ) : null}
        {moment.what === "clicked" && moment.why ? <Text size="sm" style={{ overflowWrap: "anywhere" }}>{moment.why}</Text> : null}
        {moment.by ? (
          <Text size="sm">
            {held ? <Trans>By {moment.by}: {moment.why}</Trans> : <Trans>Past the policies, by {moment.by}: {moment.why}</Trans>}
          </Text>
        ) : null}
        {moment.state === "suppressed" && !FOR_GOOD.includes(moment.reason) ? <Box mt={4}><SendAnyway message={moment.id} name={moment.name} /></Box> : null}
      </div>
      <Text size="sm" c="dimmed" className="figures" component="time" dateTime={moment.at}>{formats.moment(moment.at)}</Text>
    </li>
  );
}
