import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type JourneySummaryView, listJourneysOptions } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer, Empty } from "../../ui/states";
import { JourneyState } from "./JourneyState";
import { NewJourney } from "./NewJourney";

/** All journeys, the last changed first. */
export function JourneysPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const journeys = useQuery(listJourneysOptions());
  const [asked, setAsked] = useState(false);
  const create = may("campaigns.write") ? <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAsked(true)}><Trans>New journey</Trans></Button> : null;
  return (
    <Page title={t`Journeys`} lead={<Trans>Steps through which contacts go over time, each at their own pace.</Trans>} actions={create}>
      <Answer of={journeys}>
        {(all) => all.length ? <JourneyTable journeys={all} /> : <Empty title={t`No journey yet`}><Trans>Begin with a ready one, such as the renewal, and make it yours.</Trans></Empty>}
      </Answer>
      {asked ? <NewJourney close={() => setAsked(false)} /> : null}
    </Page>
  );
}

function JourneyTable({ journeys }: { journeys: JourneySummaryView[] }) {
  const formats = useFormats();
  const nameOf = useNameOf();
  return (
    <Table.ScrollContainer minWidth={320} className="paper">
      <Table verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th><Trans>Journey</Trans></Table.Th>
            <Table.Th visibleFrom="sm" ta="end"><Trans>Came in</Trans></Table.Th>
            <Table.Th ta="end"><Trans>Inside</Trans></Table.Th>
            <Table.Th visibleFrom="sm" ta="end"><Trans>Converted</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Changed</Trans></Table.Th>
            <Table.Th><Trans>State</Trans></Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {journeys.map((one) => (
            <Table.Tr key={one.name}>
              <Table.Th scope="row" fw={600}>
                <Link to="/journeys/$name" params={{ name: one.name }}>{one.name}</Link>
                {one.version && one.changed ? <Text size="sm" c="var(--queue-ink)"><Trans>the draft differs from it</Trans></Text> : null}
                {one.stuck ? <Text size="sm" c="var(--suppress-ink)"><Trans>{one.stuck} moved too often and rest</Trans></Text> : null}
              </Table.Th>
              <Table.Td visibleFrom="sm" ta="end" className="figures">{formats.number(one.entered)}</Table.Td>
              <Table.Td ta="end" className="figures">{formats.number(one.inside)}</Table.Td>
              <Table.Td visibleFrom="sm" ta="end" className="figures">{formats.number(one.converted)}</Table.Td>
              <Table.Td visibleFrom="sm">{formats.moment(one.changed_at)}<Text size="sm" c="dimmed">{nameOf(one.actor)}</Text></Table.Td>
              <Table.Td><JourneyState state={one.state} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
