import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Stack, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { ApprovalRules } from "./ApprovalRules";
import { Company } from "./Company";
import { Connections } from "./Connections";
import { Permissions } from "./Permissions";
import { PrivacySettings } from "./Privacy";
import { State } from "./State";
import { Unmatched } from "./Unmatched";
import { Users } from "./Users";
import { You } from "./You";

const route = getRouteApi("/inside/settings");

/** One's own settings, the colleagues, the company, who may send what, who approves, and the state of the installation. */
export function SettingsPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const { tab = "you" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t`Settings`}>
      <Tabs value={tab} onChange={(value) => void navigate({ search: { tab: value ?? undefined }, replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="you"><Trans>You</Trans></Tabs.Tab>
          {may("team.read") ? <Tabs.Tab value="people"><Trans>Colleagues</Trans></Tabs.Tab> : null}
          {may("team.read") ? <Tabs.Tab value="company"><Trans>Company</Trans></Tabs.Tab> : null}
          {may("team.read") ? <Tabs.Tab value="rights"><Trans>Who may send what</Trans></Tabs.Tab> : null}
          {may("policies.read") ? <Tabs.Tab value="approvals"><Trans>Who approves</Trans></Tabs.Tab> : null}
          {may("privacy.manage") ? <Tabs.Tab value="privacy"><Trans>Privacy</Trans></Tabs.Tab> : null}
          {may("people.read") ? <Tabs.Tab value="mails"><Trans>Incoming e-mails</Trans></Tabs.Tab> : null}
          {may("team.read") || may("events.read") ? <Tabs.Tab value="connections"><Trans>Connections</Trans></Tabs.Tab> : null}
          {may("status.read") ? <Tabs.Tab value="state"><Trans>State</Trans></Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="you"><You /></Tabs.Panel>
        <Tabs.Panel value="people"><Users /></Tabs.Panel>
        <Tabs.Panel value="company"><Company /></Tabs.Panel>
        <Tabs.Panel value="rights"><Permissions /></Tabs.Panel>
        <Tabs.Panel value="approvals"><ApprovalRules /></Tabs.Panel>
        <Tabs.Panel value="privacy"><PrivacySettings /></Tabs.Panel>
        <Tabs.Panel value="mails"><Unmatched /></Tabs.Panel>
        <Tabs.Panel value="connections"><Connections /></Tabs.Panel>
        <Tabs.Panel value="state">
          <Stack>
            <State />
            <Anchor href="/docs"><Trans>API reference</Trans></Anchor>
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
