import { msg } from "@lingui/core/macro";

/** What a moment of the timeline is. */
export const SORTS = {
  message: msg`message`,
  touch: msg`message of another system`,
  meeting: msg`call or meeting`,
  event: msg`event`,
  condition: msg`condition began`,
  condition_ended: msg`condition ended`,
  consent: msg`consent`,
  hold: msg`hold`,
  hold_lifted: msg`hold lifted`,
  opened: msg`the contact opened the mail`,
  clicked: msg`the contact followed a link`,
  machine_opened: msg`a program opened the mail`,
  scanned: msg`a program followed the links`,
  fallback: msg`goes on by the next channel`,
};
