import { msg } from "@lingui/core/macro";

/** The rights that a person can be given besides those of the role. */
export const GRANTED = {
  "approvals.decide": msg`approve campaigns`,
  "policies.write": msg`change the policies`,
  "messages.override": msg`send past the policies`,
  "stop.use": msg`use the stop switch`,
  "team.write": msg`manage colleagues and rights`,
  "privacy.manage": msg`look after privacy: show what is held, erase it, and set how long data is kept`,
};
