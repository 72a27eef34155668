import { Trans } from "@lingui/react/macro";
import { Box, Grid, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { StripsView } from "../../api";
import { Page } from "../../ui/Page";
import { Answer } from "../../ui/states";
import { Coming } from "./Coming";
import { Timeline } from "./Timeline";

interface CustomerProps {
  sort: "contact" | "account";
  id: string;
  title: string;
  lead: ReactNode;
  actions: ReactNode;
  strip: Parameters<typeof Answer<StripsView>>[0]["of"];
  /** What is said when no message is to come. */
  nothing: string;
  children: ReactNode;
}

/** A contact or an account: what is to come and why, what has been, and beside it what is known. */
export function Customer({ sort, id, title, lead, actions, strip, nothing, children }: CustomerProps) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, lg: 8 }} miw={0}>
          <Stack gap="xl">
            <Box component="section">
              <Title order={2} mb="sm"><Trans>What is to come, and why</Trans></Title>
              <Answer of={strip}>{(told) => <Coming told={told} nothing={nothing} named={sort === "account"} />}</Answer>
            </Box>
            <Box component="section">
              <Title order={2} mb="sm"><Trans>What has happened</Trans></Title>
              <Timeline sort={sort} id={id} />
            </Box>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }} miw={0}><Stack gap="lg">{children}</Stack></Grid.Col>
      </Grid>
    </Page>
  );
}
