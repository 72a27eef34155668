import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Group, Table, Text, Title } from "@mantine/core";
import { IconBan, IconClockPause, IconFlag, IconGauge, IconPhone, IconRefresh, IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { CalendarDayView } from "../../api";
import { type Day, useFormats } from "../../ui/dates";
import { usePlaces } from "../../ui/places";
import { StateBadge } from "../../ui/StateBadge";
import { useTeamTitle } from "../../ui/teams";
import { CHANNELS, TYPES, wordOf } from "../../ui/words";
import styles from "./calendar.module.css";
import { Chip } from "./Chip";
import { Load, loadOf } from "./Load";
import type { Move } from "./MoveDialog";
import { TakeBack } from "./TakeBack";

interface DayDetailProps {
  day: CalendarDayView;
  today: Day;
  move: (move: Move) => void;
}

/** Everything on a day. */
export function DayDetail({ day, today, move }: DayDetailProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const most = loadOf(day).reduce((sum, [, count]) => sum + count, 0);
  const empty = !most && !day.campaigns.length;
  return (
    <section className={styles.detail} aria-labelledby={`day-${day.day}`}>
      <Group justify="space-between" mb="xs">
        <Title order={3} fz="lg" id={`day-${day.day}`}>{formats.longDay(day.day)}</Title>
        {day.day === today ? <Text size="sm" c="dimmed">{t`today`}</Text> : null}
      </Group>
      <Signs day={day} />
      <Load day={day} most={most} exact />
      {empty ? <Text size="sm" c="dimmed"><Trans>Nothing is planned on this day.</Trans></Text> : null}
      {day.campaigns.length ? <Campaigns day={day} move={move} /> : null}
      {day.messages.length ? <Sorts day={day} /> : null}
    </section>
  );
}

function Signs({ day }: { day: CalendarDayView }) {
  const places = usePlaces();
  const { i18n } = useLingui();
  const formats = useFormats();
  return (
    <ul className={styles.signs}>
      {day.holidays.map((one) => (
        <li key={`${one.country} ${one.name}`}><IconFlag size={16} aria-hidden /><span><Trans>Public holiday in {places.country(one.country)}: {one.name}, for {formats.percent(one.share)} of the contacts</Trans></span></li>
      ))}
      {day.blackouts.map((one) => <li key={one.rule}><IconBan size={16} aria-hidden /><span><b>{one.rule}</b>: {one.sentence}</span></li>)}
      {day.maintenance.map((one) => <li key={one.id}><IconTool size={16} aria-hidden /><span>{one.title}: {formats.moment(one.starts_at)} – {formats.moment(one.ends_at)}</span><TakeBack sort="maintenance" id={one.id} title={one.title} /></li>)}
      {day.at_limit ? <li><IconGauge size={16} aria-hidden /><span><Trans>{formats.percent(day.at_limit)} of the contacts are at their limit: they cannot get one more promotional message on this day.</Trans></span></li> : null}
      {day.waiting ? <li><IconClockPause size={16} aria-hidden /><span><Plural value={day.waiting} one="# message was meant to go by this day and waits for a later one." other="# messages were meant to go by this day and wait for a later one." /></span></li> : null}
      {day.meetings.map((one) => (
        <li key={one.id}>
          <IconPhone size={16} aria-hidden />
          <span>{i18n._(wordOf(CHANNELS, one.what))} · {formats.moment(one.at)} · {one.title} · {one.contacts.map((id, index) => <Fragment key={id}>{index ? ", " : ""}<Link to="/contacts/$id" params={{ id }}>{id}</Link></Fragment>)}</span>
          <TakeBack sort="meeting" id={one.id} title={one.title} />
        </li>
      ))}
      {day.renewals.length ? (
        <li>
          <IconRefresh size={16} aria-hidden />
          <span><Trans>Contracts that end</Trans>: {day.renewals.map((one, index) => <Fragment key={one.account}>{index ? ", " : ""}<Link to="/accounts/$id" params={{ id: one.account }}>{one.name}</Link></Fragment>)}</span>
        </li>
      ) : null}
    </ul>
  );
}

function Campaigns({ day, move }: { day: CalendarDayView; move: (move: Move) => void }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  return (
    <Table.ScrollContainer minWidth={300} mt="sm">
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th><Trans>Campaign</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Type</Trans></Table.Th>
            <Table.Th><Trans>Go</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Of these, after waiting</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Not sent</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>State</Trans></Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="figures">
          {day.campaigns.map((one) => (
            <Table.Tr key={one.name}>
              <Table.Th scope="row" fw={500}><Chip campaign={one} day={day.day} move={move} /></Table.Th>
              <Table.Td visibleFrom="sm">{i18n._(wordOf(TYPES, one.type))}</Table.Td>
              <Table.Td>{formats.number(one.counts.planned + one.counts.sent)}</Table.Td>
              <Table.Td visibleFrom="sm">{formats.number(one.counts.queued)}</Table.Td>
              <Table.Td visibleFrom="sm">{formats.number(one.counts.suppressed + one.counts.failed)}</Table.Td>
              <Table.Td visibleFrom="sm">{one.state === "past" ? null : <StateBadge state={one.state} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Sorts({ day }: { day: CalendarDayView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const placed = day.messages.filter((one) => one.channel && one.counts.planned + one.counts.sent);
  if (!placed.length) return null;
  return (
    <details>
      <summary><Trans>By team, type and channel</Trans></summary>
      <Table verticalSpacing={4} mt="xs">
        <Table.Tbody className="figures">
          {placed.map((one) => (
            <Table.Tr key={`${one.team} ${one.type} ${one.channel}`}>
              <Table.Td>{titleOf(one.team)}</Table.Td>
              <Table.Td>{i18n._(wordOf(TYPES, one.type))}</Table.Td>
              <Table.Td>{i18n._(wordOf(CHANNELS, one.channel))}</Table.Td>
              <Table.Td ta="end">{formats.number(one.counts.planned + one.counts.sent)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
