import { Trans, useLingui } from "@lingui/react/macro";
import { Page } from "../../ui/Page";
import { CampaignEditor } from "./CampaignEditor";

/** Where a campaign begins: what it says, to whom, and from when on. */
export function NewCampaignPage() {
  const { t } = useLingui();
  return (
    <Page title={t`New campaign`} lead={<Trans>It is kept as a draft. The next page shows what it would do on each of the coming days; nothing is sent before it is launched.</Trans>}>
      <CampaignEditor campaign={null} />
    </Page>
  );
}
