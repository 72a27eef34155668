import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Box, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type CampaignView, changeCampaignMutation, previewCampaignOptions } from "../../api";
import { useFormats } from "../../ui/dates";
import { Impact } from "../../ui/impact/Impact";
import { moved } from "../../ui/impact/moved";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";

const route = getRouteApi("/inside/campaigns/$name");

/** What a draft would do on each of the coming days, and the choice of its day. */
export function When({ campaign }: { campaign: CampaignView }) {
  const { t } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const cache = useQueryClient();
  const { day } = route.useSearch();
  const navigate = route.useNavigate();
  const path = { name: campaign.name };
  const preview = useQuery({ ...previewCampaignOptions({ path, query: { day } }), placeholderData: keepPreviousData, staleTime: 60_000 });
  const change = useMutation({
    ...changeCampaignMutation(),
    onSuccess: async (saved) => {
      notifications.show({ message: t`The campaign is now for ${saved.not_before ? formats.longDay(saved.not_before) : ""}.` });
      await cache.invalidateQueries();
    },
  });
  const choose = (chosen: string) => void navigate({ search: { day: chosen }, replace: true, resetScroll: false });
  return (
    <Box className="paper" p="md">
      <Answer of={preview}>
        {(shown) => {
          const otherDay = may("campaigns.write") && shown.day !== campaign.not_before;
          return (
            <>
              <Text c="dimmed" size="sm" mb="sm">
                <Trans>The gate was asked about all {formats.number(shown.contacts)} contacts of the audience. Nothing is sent, and nothing is written.</Trans>
              </Text>
              <div aria-busy={preview.isPlaceholderData} style={{ opacity: preview.isPlaceholderData ? 0.5 : 1 }}>
                <Impact preview={shown} choose={choose} />
              </div>
              {otherDay ? (
                <Alert mt="md" color="green" title={t`Only looked at, not yet chosen`}>
                  <Group justify="space-between" gap="sm">
                    <Text size="sm">
                      {campaign.not_before ? <Trans>The campaign is for {formats.longDay(campaign.not_before)}.</Trans> : <Trans>The campaign has no first day yet.</Trans>}
                    </Text>
                    <Button size="sm" loading={change.isPending} onClick={() => change.mutate({ path, body: moved(campaign, shown.day) })}>
                      <Trans>Move it to {formats.shortDay(shown.day)}</Trans>
                    </Button>
                  </Group>
                </Alert>
              ) : null}
              {change.error ? <Failure error={change.error} /> : null}
            </>
          );
        }}
      </Answer>
      {preview.isPending ? <Text size="sm" c="dimmed" ta="center"><Trans>The gate decides about everybody, for each of thirty days. This takes some seconds.</Trans></Text> : null}
    </Box>
  );
}
