import { msg } from "@lingui/core/macro";

/** The kinds of data that are kept for a time. */
export const KINDS = {
  mails: msg`E-mails as they were sent`,
  history: msg`How messages changed`,
  events: msg`Events`,
  visitors: msg`Events of unknown visitors`,
  dead_letters: msg`Events that were not understood`,
  webhooks: msg`What webhooks were told`,
  segments: msg`Who entered and left segments`,
  readings: msg`Opens and clicks, one by one`,
  touches: msg`Touches from outside`,
  sign_ups: msg`Sign-ups, confirmed or not`,
  inbox: msg`Notices to colleagues`,
  reports: msg`Reports of providers`,
  audit: msg`Audit`,
};

/** What an erasure removes, for those who look at it later. */
export const REMOVED = {
  contacts: msg`contacts`,
  cancelled: msg`messages cancelled`,
  archive: msg`e-mails`,
  events: msg`events`,
  tasks: msg`tasks`,
  meetings: msg`meetings`,
  mentions: msg`mentions elsewhere`,
};
