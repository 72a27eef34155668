import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { listRequests } from "../../api";
import { Page } from "../../ui/Page";
import { usePages } from "../../ui/pages";
import { Answer, Empty } from "../../ui/states";
import { RequestCard } from "./RequestCard";
import { RequestDialog } from "./RequestDialog";

/** Campaigns that colleagues ask for, the next ones first, with their deadlines. */
export function RequestsPage() {
  const { t } = useLingui();
  const { answer, more } = usePages({
    key: ["requests"],
    ask: async (after, limit) => (await listRequests({ query: { after, limit }, throwOnError: true })).data,
    idOf: (one) => one.id,
  });
  const [asking, setAsking] = useState(false);
  return (
    <Page title={t`Requests`} lead={<Trans>Campaigns that colleagues ask for, with deadlines counted back from the day they wish for.</Trans>}
      actions={<Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAsking(true)}><Trans>Ask for a campaign</Trans></Button>}>
      <Answer of={answer}>
        {(listed) => listed.length
          ? <><Stack gap="sm">{listed.map((one) => <RequestCard key={one.id} request={one} />)}</Stack>{more}</>
          : <Empty title={t`Nobody has asked for a campaign yet`}>{t`Ask a team for one: what is to be said, to whom, when, and why.`}</Empty>}
      </Answer>
      {asking ? <RequestDialog close={() => setAsking(false)} /> : null}
    </Page>
  );
}
