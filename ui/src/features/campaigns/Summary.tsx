import { useLingui } from "@lingui/react/macro";
import { Table } from "@mantine/core";
import type { CampaignView } from "../../api";
import { useAudienceWords } from "../../ui/audience/words";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { useTeamTitle } from "../../ui/teams";
import { CHANNELS, TIERS, TYPES, wordOf } from "../../ui/words";

/** Everything that is said of a campaign. */
export function Summary({ campaign }: { campaign: CampaignView }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const nameOf = useNameOf();
  const titleOf = useTeamTitle();
  const wordsOf = useAudienceWords();
  const rows: [string, string][] = [
    [t`Type`, i18n._(wordOf(TYPES, campaign.type))],
    [t`Topic`, campaign.topic ?? ""],
    [t`Team`, titleOf(campaign.team ?? "")],
    [t`Audience`, wordsOf(campaign.audience)],
    [t`Priority`, i18n._(wordOf(TIERS, String(campaign.tier ?? 2)))],
    [t`Channels, the preferred one first`, (campaign.channels ?? []).map((one) => i18n._(wordOf(CHANNELS, one))).join(", ")],
    [t`First day`, campaign.not_before ? formats.longDay(campaign.not_before) : ""],
    [t`Last day`, campaign.expires ? formats.longDay(campaign.expires) : ""],
    [t`Hour of the contact’s day`, campaign.at ?? ""],
    [t`Days to wait for it to be read`, campaign.unread_days ? String(campaign.unread_days) : ""],
    [t`Goal`, campaign.goal_event ? t`${campaign.goal_event} within ${campaign.goal_days} days` : ""],
    [t`Template`, campaign.template],
    [t`Sender`, campaign.sender === "owner" ? t`Whoever looks after the account` : campaign.sender],
    [t`Written by`, nameOf(campaign.actor)],
  ];
  return (
    <Table className="paper" verticalSpacing="xs" maw={760}>
      <Table.Tbody>
        {rows.filter(([, value]) => value).map(([name, value]) => (
          <Table.Tr key={name}><Table.Th scope="row" fw={500} w={220}>{name}</Table.Th><Table.Td>{value}</Table.Td></Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
