import { useLingui } from "@lingui/react/macro";
import { AppShell, Box, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { DiskBanner, LostBanner } from "./Banners";
import { Bell } from "./Bell";
import { Navigation } from "./Navigation";
import { PersonMenu } from "./PersonMenu";
import { Search } from "./Search";
import { StopBanner, StopSwitch } from "./StopSwitch";

/** What stands around every page: search, the stop switch, the person, and the way to everywhere else. */
export function Shell() {
  const { t } = useLingui();
  const [open, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 208, breakpoint: "md", collapsed: { mobile: !open } }} padding={{ base: "sm", sm: "lg" }}>
      <a className="skip" href="#main">{t`Skip to the content`}</a>
      <AppShell.Header bg="var(--paper)">
        <Group h="100%" px={{ base: "xs", sm: "md" }} gap="xs" wrap="nowrap">
          <Burger opened={open} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t`Menu`} aria-expanded={open} />
          <Text component={Link} to="/" fw={700} fz="xl" c="var(--mantine-color-anchor)" td="none" w={{ md: 176 }} visibleFrom="xs">Pauta</Text>
          <Box style={{ flex: 1 }} maw={460} miw={0}><Search /></Box>
          <Group gap={6} ml="auto" wrap="nowrap">
            <StopSwitch />
            <Bell />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" bg="var(--paper)" aria-label={t`Pages`}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <LostBanner />
        <DiskBanner />
        <StopBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
