import { msg } from "@lingui/core/macro";

/** What was done, by the right that it needed. */
export const ACTIONS = {
  "people.write": msg`changed people`,
  "consents.write": msg`recorded a consent, preference or pause`,
  "contacts.hold": msg`placed or lifted a hold`,
  "events.write": msg`recorded what happened`,
  "templates.write": msg`published a template`,
  "policies.write": msg`changed the policies`,
  "campaigns.read": msg`made or revoked a calendar feed`,
  "campaigns.write": msg`changed a campaign`,
  "campaigns.launch": msg`launched, paused, resumed or cancelled a campaign`,
  "approvals.decide": msg`decided an approval`,
  "messages.send": msg`sent a message`,
  "messages.cancel": msg`took a message back`,
  "messages.override": msg`sent past the policies`,
  "tasks.write": msg`made or finished a task`,
  "stop.use": msg`used the stop switch`,
  "team.write": msg`changed the team`,
  "audit.read": msg`exported the audit`,
  "session.begin": msg`signed in`,
  "session.change": msg`changed their own settings`,
  "session.end": msg`signed out`,
};
