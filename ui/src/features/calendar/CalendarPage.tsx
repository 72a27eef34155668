import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { type CalendarView, type GetCalendarData, getCalendarOptions } from "../../api";
import { type Day, today } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer } from "../../ui/states";
import { CalendarBar } from "./CalendarBar";
import { DayDetail } from "./DayDetail";
import { Enter } from "./Enter";
import { FirstSteps } from "./FirstSteps";
import { Legend } from "./Legend";
import { MonthGrid } from "./MonthGrid";
import { type Move, MoveDialog } from "./MoveDialog";
import { daysOf } from "./span";
import { Subscribe } from "./Subscribe";
import type { View } from "./view";

const route = getRouteApi("/inside/");

/** The master calendar: all that every team sends, plans and meets for. */
export function CalendarPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [move, setMove] = useState<Move | null>(null);
  const view = search.view ?? "month";
  const day = search.day ?? today();
  const days = daysOf(view, day);
  const { team, type, channel, account, campaign } = search;
  const audience = search.audience && JSON.stringify(search.audience);
  const query = { from: days[0], to: days.at(-1), team, type, channel, account, campaign, audience } as GetCalendarData["query"];
  const calendar = useQuery({ ...getCalendarOptions({ query }), placeholderData: keepPreviousData, refetchInterval: 30_000 });
  const change = (part: Partial<View>) => void navigate({ search: (old) => ({ ...old, ...part }) });
  const actions = (
    <>
      <Subscribe search={search} />
      <Enter day={search.day && search.day > today() ? search.day : today()} />
      {may("campaigns.write") ? <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={18} aria-hidden />}><Trans>New campaign</Trans></Button> : null}
    </>
  );
  return (
    <Page title={t`Calendar`} lead={<Trans>Everything that every team says to customers, day by day.</Trans>} actions={actions}>
      <CalendarBar view={view} day={day} search={search} change={change} />
      <Answer of={calendar}>
        {(shown) => (
          <>
            <FirstSteps calendar={shown} />
            <Legend calendar={shown} />
            <Shown calendar={shown} days={days} view={view} day={day} open={(one) => change({ view: "day", day: one })} move={setMove} stale={calendar.isPlaceholderData} />
          </>
        )}
      </Answer>
      {move ? <MoveDialog move={move} close={() => setMove(null)} /> : null}
    </Page>
  );
}

interface ShownProps {
  calendar: CalendarView;
  /** The days that are wanted; while they are on their way, the calendar is still that of others. */
  days: Day[];
  view: NonNullable<View["view"]>;
  day: Day;
  open: (day: Day) => void;
  move: (move: Move) => void;
  stale: boolean;
}

function Shown({ calendar, days, view, day, open, move, stale }: ShownProps) {
  const { t } = useLingui();
  const busy = { "aria-busy": stale, style: { opacity: stale ? 0.6 : 1 } };
  if (view === "month" || view === "week") {
    return <div {...busy}><MonthGrid calendar={calendar} month={view === "month" ? day.slice(0, 7) : null} open={open} move={move} /></div>;
  }
  const wanted = calendar.days.filter((one) => days.includes(one.day));
  const listed = view === "list" ? wanted.filter((one) => one.campaigns.length || one.messages.length || one.meetings.length || one.calls || one.renewals.length || one.maintenance.length || one.holidays.length) : wanted;
  if (!listed.length && !stale) return <Text c="dimmed" mt="lg">{t`Nothing in these four weeks.`}</Text>;
  return <div {...busy}>{listed.map((one) => <DayDetail key={one.day} day={one} today={calendar.today} move={move} />)}</div>;
}
