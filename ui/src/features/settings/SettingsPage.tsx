import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Stack, Tabs } from "@mantine/core";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { State } from "./State";
import { Users } from "./Users";
import { You } from "./You";

/** One's own settings, the colleagues, and the state of the installation. */
export function SettingsPage() {
  const { t } = useLingui();
  const { may } = useSession();
  return (
    <Page title={t`Settings`}>
      <Tabs defaultValue="you" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="you"><Trans>You</Trans></Tabs.Tab>
          {may("team.read") ? <Tabs.Tab value="people"><Trans>Colleagues</Trans></Tabs.Tab> : null}
          {may("status.read") ? <Tabs.Tab value="state"><Trans>State</Trans></Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="you"><You /></Tabs.Panel>
        <Tabs.Panel value="people"><Users /></Tabs.Panel>
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
