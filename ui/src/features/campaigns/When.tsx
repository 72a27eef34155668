import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type CampaignView, getCampaignImpactOptions, getCampaignStripOptions, type GetCampaignStripResponse, moveCampaignMutation } from "../../api";
import { useFormats } from "../../ui/dates";
import { Figures, Reasons } from "../../ui/impact/Impact";
import { Strip } from "../../ui/impact/Strip";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";
import { MixBeside } from "./MixBeside";

const FRESH = 60_000;
const route = getRouteApi("/inside/campaigns/$name");

/** What a draft would do on each of the coming days, and the choice of its day. */
export function When({ campaign }: { campaign: CampaignView }) {
  const path = { name: campaign.name };
  const strip = useQuery({ ...getCampaignStripOptions({ path }), staleTime: FRESH });
  const sampled = strip.data !== undefined && strip.data.sampled < strip.data.contacts;
  const counted = useQuery({ ...getCampaignStripOptions({ path, query: { exact: true } }), enabled: sampled, staleTime: 10 * FRESH, retry: false });
  return (
    <div className="paper" style={{ padding: "1rem" }}>
      <Answer of={strip}>{(shown) => <Days campaign={campaign} strip={counted.data ?? shown} />}</Answer>
      {counted.isLoading ? <Text size="sm" c="dimmed" mt="xs"><Trans>Everybody is being counted for each day; that takes a while, and the figures become exact by themselves.</Trans></Text> : null}
      {strip.isPending ? <Text size="sm" c="dimmed" ta="center"><Trans>The gate decides about everybody, for each of thirty days. This takes some seconds.</Trans></Text> : null}
    </div>
  );
}

function Days({ campaign, strip }: { campaign: CampaignView; strip: GetCampaignStripResponse }) {
  const { t } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const cache = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const path = { name: campaign.name };
  const listed = (day: string | null | undefined) => strip.days.find((one) => one.day === day);
  const reckoned = listed(search.day) ?? listed(campaign.not_before) ?? strip.days[0];
  const exact = useQuery({ ...getCampaignImpactOptions({ path, query: { day: reckoned?.day } }), enabled: strip.sampled < strip.contacts && reckoned !== undefined, staleTime: FRESH });
  const move = useMutation({
    ...moveCampaignMutation(),
    onSuccess: async (moved) => {
      notifications.show({ message: t`The campaign is now for ${moved.not_before ? formats.longDay(moved.not_before) : ""}.` });
      await cache.invalidateQueries();
    },
  });
  if (!reckoned) return null;
  const shown = exact.data ?? reckoned;
  const otherDay = may("campaigns.write") && shown.day !== campaign.not_before;
  return (
    <Stack gap="md">
      <Text c="dimmed" size="sm"><Trans>The gate was asked about all {formats.number(strip.contacts)} contacts of the audience. Nothing is sent, and nothing is written.</Trans></Text>
      <div>
        <Text fw={600} mb={6}><Trans>If it is for {formats.longDay(shown.day)}</Trans></Text>
        <Figures counts={shown.counts} />
      </div>
      <MixBeside day={shown.day} />
      {otherDay ? (
        <Alert color="green" py="xs">
          <Group justify="space-between" gap="sm">
            <Text size="sm">{campaign.not_before ? <Trans>You are only looking: the campaign is for {formats.longDay(campaign.not_before)}.</Trans> : <Trans>The campaign has no first day yet.</Trans>}</Text>
            <Button size="sm" loading={move.isPending} onClick={() => move.mutate({ path, body: { day: shown.day } })}><Trans>Move it to {formats.shortDay(shown.day)}</Trans></Button>
          </Group>
        </Alert>
      ) : null}
      {move.error ? <Failure error={move.error} /> : null}
      <Strip strip={strip} chosen={reckoned.day} choose={(day) => void navigate({ search: (old) => ({ ...old, day }), replace: true, resetScroll: false })} />
      <Reasons brought={shown} campaign={campaign.name} />
    </Stack>
  );
}
