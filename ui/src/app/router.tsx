import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { getSessionOptions, refusalOf } from "../api";
import { readAuditSearch } from "../features/audit/search";
import { readView } from "../features/calendar/view";
import { readMixSearch } from "../features/mix/search";
import { readSilenceSearch } from "../features/silence/search";
import { speak } from "../i18n";
import { Failure, Loading, NotFound } from "../ui/states";
import { queries } from "./queries";
import { Shell } from "./Shell";

/** A text that an address may carry. */
const optional = <Name extends string>(name: Name) => (search: Record<string, unknown>) =>
  (typeof search[name] === "string" ? { [name]: search[name] } : {}) as Partial<Record<Name, string>>;

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: optional("next"),
  component: lazyRouteComponent(() => import("../features/session/SignInPage"), "SignInPage"),
});

const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  component: lazyRouteComponent(() => import("../features/session/PasswordPage"), "PasswordPage"),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      const session = await queries.ensureQueryData(getSessionOptions());
      if (session.kind === "user") await speak(session.language as Parameters<typeof speak>[0]);
    } catch (error) {
      if (refusalOf(error)?.status === 401) throw redirect({ to: "/sign-in", search: { next: location.href } });
      throw error;
    }
  },
});

const calendar = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: readView,
  component: lazyRouteComponent(() => import("../features/calendar/CalendarPage"), "CalendarPage"),
});

const campaigns = createRoute({
  getParentRoute: () => inside,
  path: "/campaigns",
  component: lazyRouteComponent(() => import("../features/campaigns/CampaignsPage"), "CampaignsPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => inside,
  path: "/campaigns/new",
  validateSearch: (search: Record<string, unknown>) => ({ ...optional("day")(search), ...optional("request")(search) }),
  component: lazyRouteComponent(() => import("../features/campaigns/NewCampaignPage"), "NewCampaignPage"),
});

const campaign = createRoute({
  getParentRoute: () => inside,
  path: "/campaigns/$name",
  validateSearch: (search: Record<string, unknown>) => ({ ...optional("day")(search), ...optional("tab")(search) }),
  component: lazyRouteComponent(() => import("../features/campaigns/CampaignPage"), "CampaignPage"),
});

const journeys = createRoute({
  getParentRoute: () => inside,
  path: "/journeys",
  component: lazyRouteComponent(() => import("../features/journeys/JourneysPage"), "JourneysPage"),
});

const journey = createRoute({
  getParentRoute: () => inside,
  path: "/journeys/$name",
  component: lazyRouteComponent(() => import("../features/journeys/JourneyPage"), "JourneyPage"),
});

const customers = createRoute({
  getParentRoute: () => inside,
  path: "/customers",
  validateSearch: optional("search"),
  component: lazyRouteComponent(() => import("../features/customers/CustomersPage"), "CustomersPage"),
});

const contact = createRoute({
  getParentRoute: () => inside,
  path: "/contacts/$id",
  component: lazyRouteComponent(() => import("../features/customers/ContactPage"), "ContactPage"),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: "/accounts/$id",
  component: lazyRouteComponent(() => import("../features/customers/AccountPage"), "AccountPage"),
});

const mix = createRoute({
  getParentRoute: () => inside,
  path: "/mix",
  validateSearch: readMixSearch,
  component: lazyRouteComponent(() => import("../features/mix/MixPage"), "MixPage"),
});

const silence = createRoute({
  getParentRoute: () => inside,
  path: "/silence",
  validateSearch: readSilenceSearch,
  component: lazyRouteComponent(() => import("../features/silence/SilencePage"), "SilencePage"),
});

const segments = createRoute({
  getParentRoute: () => inside,
  path: "/segments",
  component: lazyRouteComponent(() => import("../features/segments/SegmentsPage"), "SegmentsPage"),
});

const segment = createRoute({
  getParentRoute: () => inside,
  path: "/segments/$key",
  component: lazyRouteComponent(() => import("../features/segments/SegmentPage"), "SegmentPage"),
});

const policies = createRoute({
  getParentRoute: () => inside,
  path: "/policies",
  component: lazyRouteComponent(() => import("../features/policies/PoliciesPage"), "PoliciesPage"),
});

const approvals = createRoute({
  getParentRoute: () => inside,
  path: "/approvals",
  component: lazyRouteComponent(() => import("../features/approvals/ApprovalsPage"), "ApprovalsPage"),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("../features/audit/AuditPage"), "AuditPage"),
});

const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/inbox",
  component: lazyRouteComponent(() => import("../features/inbox/InboxPage"), "InboxPage"),
});

const requests = createRoute({
  getParentRoute: () => inside,
  path: "/requests",
  component: lazyRouteComponent(() => import("../features/requests/RequestsPage"), "RequestsPage"),
});

const tasks = createRoute({
  getParentRoute: () => inside,
  path: "/tasks",
  validateSearch: (search: Record<string, unknown>) => ({ ...optional("of")(search), ...optional("state")(search) }),
  component: lazyRouteComponent(() => import("../features/tasks/TasksPage"), "TasksPage"),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: optional("tab"),
  component: lazyRouteComponent(() => import("../features/settings/SettingsPage"), "SettingsPage"),
});

const pages = [calendar, campaigns, newCampaign, campaign, journeys, journey, customers, contact, account, segments, segment, mix, silence, policies, approvals, audit, inbox, requests, tasks, settings];

export const router = createRouter({
  routeTree: root.addChildren([signIn, password, inside.addChildren(pages)]),
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset: again }) => <Failure error={error} again={again} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
