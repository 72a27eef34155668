import { useLingui } from "@lingui/react/macro";
import { NavLink, Stack } from "@mantine/core";
import {
  IconAdjustmentsHorizontal, IconCalendarMonth, IconChartBar, IconChecklist, IconChecks, IconHistory, IconMessageQuestion, IconRoute, IconScale, IconSpeakerphone, IconUsers, IconUsersGroup, IconZzz,
} from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useSession } from "../ui/session";

/** The pages, as far as the person may see them. */
export function Navigation() {
  const { t } = useLingui();
  const { may } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const pages = [
    { to: "/", label: t`Calendar`, icon: IconCalendarMonth, right: "campaigns.read", below: [] },
    { to: "/campaigns", label: t`Campaigns`, icon: IconSpeakerphone, right: "campaigns.read", below: [] },
    { to: "/journeys", label: t`Journeys`, icon: IconRoute, right: "campaigns.read", below: [] },
    { to: "/requests", label: t`Requests`, icon: IconMessageQuestion, right: "campaigns.read", below: [] },
    { to: "/tasks", label: t`Tasks`, icon: IconChecklist, right: "people.read", below: [] },
    { to: "/customers", label: t`Customers`, icon: IconUsers, right: "people.read", below: ["/contacts", "/accounts"] },
    { to: "/segments", label: t`Segments`, icon: IconUsersGroup, right: "people.read", below: [] },
    { to: "/mix", label: t`Mix`, icon: IconChartBar, right: "campaigns.read", below: [] },
    { to: "/silence", label: t`Silence`, icon: IconZzz, right: "people.read", below: [] },
    { to: "/policies", label: t`Policies`, icon: IconScale, right: "policies.read", below: [] },
    { to: "/approvals", label: t`Approvals`, icon: IconChecks, right: "campaigns.read", below: [] },
    { to: "/audit", label: t`Audit`, icon: IconHistory, right: "audit.read", below: [] },
    { to: "/settings", label: t`Settings`, icon: IconAdjustmentsHorizontal, right: "", below: [] },
  ] as const;
  return (
    <Stack gap={2}>
      {pages.filter((page) => !page.right || may(page.right)).map((page) => {
        const here = page.to === "/" ? path === "/" : [page.to, ...page.below].some((start) => path.startsWith(start));
        return (
          <NavLink
            key={page.to}
            component={Link}
            to={page.to}
            label={page.label}
            active={here}
            aria-current={here ? "page" : undefined}
            leftSection={<page.icon size={18} stroke={1.6} aria-hidden />}
            style={{ borderRadius: "var(--mantine-radius-md)" }}
          />
        );
      })}
    </Stack>
  );
}
