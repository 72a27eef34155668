import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { getRequestOptions } from "../../api";
import { Page } from "../../ui/Page";
import { Loading } from "../../ui/states";
import { Wish } from "../../ui/Wish";
import { CampaignEditor } from "./CampaignEditor";

const route = getRouteApi("/inside/campaigns/new");

/** Where a campaign begins: what it says, to whom, and from when on; perhaps as somebody asked for it. */
export function NewCampaignPage() {
  const { t } = useLingui();
  const { request: asked } = route.useSearch();
  const wish = useQuery({ ...getRequestOptions({ path: { request_id: Number(asked) } }), enabled: asked !== undefined });
  const request = wish.data?.state === "open" ? wish.data : undefined;
  if (asked && wish.isPending) return <Loading />;
  return (
    <Page title={t`New campaign`} lead={<Trans>It is kept as a draft. The next page shows what it would do on each of the coming days; nothing is sent before it is launched.</Trans>}>
      {request ? (
        <Box className="paper" p="md" mb="md" maw={820} component="section">
          <Title order={2} fz="md"><Trans>What {request.by} asks for</Trans></Title>
          <Wish request={request} />
        </Box>
      ) : null}
      <CampaignEditor campaign={null} request={request} />
    </Page>
  );
}
