import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Group, Tabs, Text } from "@mantine/core";
import { IconClockPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type CampaignView, getCampaignOptions } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { StateBadge } from "../../ui/StateBadge";
import { Answer } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { TYPES, wordOf } from "../../ui/words";
import { Actions, useSecondsLeft } from "./Actions";
import { Approval } from "./Approval";
import { CampaignEditor } from "./CampaignEditor";
import { Content } from "./Content";
import { Figures } from "./Figures";
import { Progress } from "./Progress";
import { Review } from "./Review";
import { Summary } from "./Summary";
import { When } from "./When";

const BEFORE_LAUNCH = ["draft", "submitted", "approved", "rejected"];
const route = getRouteApi("/inside/campaigns/$name");

/** A campaign: while it is a draft, what it would do on each day; afterwards, what becomes of it. */
export function CampaignPage() {
  const { name } = route.useParams();
  const campaign = useQuery({
    ...getCampaignOptions({ path: { name } }),
    refetchInterval: (query) => (query.state.data?.state === "launching" ? 2_000 : false),
  });
  return <Answer of={campaign}>{(one) => <Campaign key={one.name} campaign={one} />}</Answer>;
}

function Campaign({ campaign }: { campaign: CampaignView }) {
  const { i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const nameOf = useNameOf();
  const draft = BEFORE_LAUNCH.includes(campaign.state);
  const { tab = draft ? "when" : "progress" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title={campaign.name}
      heading={<Group gap="sm" component="span">{campaign.name} <StateBadge state={campaign.state} /></Group>}
      lead={
        <Group gap="xs">
          <Text span>{[i18n._(wordOf(TYPES, campaign.type)), titleOf(campaign.team ?? ""), campaign.topic].filter(Boolean).join(" · ")}</Text>
          {campaign.launched_at ? <Text span><Trans>launched {formats.moment(campaign.launched_at)} by {nameOf(campaign.actor)}</Trans></Text> : null}
          <Link to="/" search={{ campaign: campaign.name, ...(campaign.not_before ? { day: campaign.not_before } : {}) }}><Trans>On the calendar</Trans></Link>
        </Group>
      }
      actions={<Actions campaign={campaign} launched={() => void navigate({ search: {}, replace: true })} />}
    >
      <Grace campaign={campaign} />
      <Tabs value={tab} onChange={(value) => void navigate({ search: (old) => ({ ...old, tab: value ?? undefined }), replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          {draft ? <Tabs.Tab value="when"><Trans>When, and what it does</Trans></Tabs.Tab> : <Tabs.Tab value="progress"><Trans>What became of it</Trans></Tabs.Tab>}
          <Tabs.Tab value="review"><Trans>Review</Trans></Tabs.Tab>
          <Tabs.Tab value="content"><Trans>Content</Trans></Tabs.Tab>
          {draft ? <Tabs.Tab value="approval"><Trans>Approval</Trans></Tabs.Tab> : null}
          <Tabs.Tab value="details">{draft && may("campaigns.write") ? <Trans>Edit</Trans> : <Trans>Details</Trans>}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="when"><When campaign={campaign} /></Tabs.Panel>
        <Tabs.Panel value="progress"><Progress campaign={campaign} /><Figures campaign={campaign} /></Tabs.Panel>
        <Tabs.Panel value="review"><Review campaign={campaign} /></Tabs.Panel>
        <Tabs.Panel value="content"><Content template={campaign.template} /></Tabs.Panel>
        <Tabs.Panel value="approval"><Approval name={campaign.name} /></Tabs.Panel>
        <Tabs.Panel value="details">
          {draft && may("campaigns.write") ? <CampaignEditor campaign={campaign} /> : <Summary campaign={campaign} />}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** That nothing has left yet, while a launch can be undone without a trace. */
function Grace({ campaign }: { campaign: CampaignView }) {
  const left = useSecondsLeft(campaign);
  if (!campaign.leaves_from || !left || !["launching", "launched"].includes(campaign.state)) return null;
  return (
    <Alert color="green" icon={<IconClockPause />} py="xs" mb="md">
      <Trans>None of it goes out for another {left} seconds. Until then the launch can be undone without anybody noticing.</Trans>
    </Alert>
  );
}
