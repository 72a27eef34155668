import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type CampaignView, listCampaignsOptions } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { StateBadge } from "../../ui/StateBadge";
import { Answer, Empty } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { CAMPAIGN_STATES, TYPES, wordOf } from "../../ui/words";

/** All campaigns of all teams, the newest first. */
export function CampaignsPage() {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const campaigns = useQuery(listCampaignsOptions());
  const [state, setState] = useState<string | null>(null);
  const [team, setTeam] = useState<string | null>(null);
  const titleOf = useTeamTitle();
  const all = campaigns.data ?? [];
  const shown = all.filter((one) => (!state || one.state === state) && (!team || one.team === team));
  const states = [...new Set(all.map((one) => one.state))];
  const teams = [...new Set(all.map((one) => one.team ?? ""))].filter(Boolean).sort();
  const create = may("campaigns.write") ? (
    <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={18} aria-hidden />}><Trans>New campaign</Trans></Button>
  ) : null;
  return (
    <Page title={t`Campaigns`} lead={<Trans>What every team sends to many people at once.</Trans>} actions={create}>
      <Answer of={campaigns}>
        {() => (
          <>
            <Group mb="md" gap="sm">
              <Select aria-label={t`State`} placeholder={t`Every state`} value={state} onChange={setState} clearable w={200}
                data={states.map((code) => ({ value: code, label: i18n._(wordOf(CAMPAIGN_STATES, code)) }))} />
              <Select aria-label={t`Team`} placeholder={t`Every team`} value={team} onChange={setTeam} clearable w={200} data={teams.map((one) => ({ value: one, label: titleOf(one) }))} />
            </Group>
            {shown.length ? <CampaignTable campaigns={shown} /> : (
              <Empty title={all.length ? t`No campaign matches` : t`No campaign yet`}>
                {all.length ? t`Choose another state or team.` : t`Draft the first one: you see whom it reaches before anything is sent.`}
              </Empty>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}

function CampaignTable({ campaigns }: { campaigns: CampaignView[] }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const dates = ({ not_before: first, expires: last }: CampaignView) => {
    if (first && last) return formats.days(first, last);
    if (first) return t`from ${formats.day(first)} on`;
    return last ? t`until ${formats.day(last)}` : t`at any time`;
  };
  return (
    <Table.ScrollContainer minWidth={320} className="paper">
      <Table verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th><Trans>Campaign</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Team</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Type</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>May go</Trans></Table.Th>
            <Table.Th><Trans>State</Trans></Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {campaigns.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Th scope="row" fw={600}>
                <Link to="/campaigns/$name" params={{ name: one.name }} search={{}}>{one.name}</Link>
                <Text size="sm" c="dimmed" hiddenFrom="sm">{titleOf(one.team ?? "")} · {i18n._(wordOf(TYPES, one.type))}</Text>
              </Table.Th>
              <Table.Td visibleFrom="sm">{titleOf(one.team ?? "")}</Table.Td>
              <Table.Td visibleFrom="sm">{i18n._(wordOf(TYPES, one.type))}</Table.Td>
              <Table.Td visibleFrom="sm" className="figures">{dates(one)}</Table.Td>
              <Table.Td><StateBadge state={one.state} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
