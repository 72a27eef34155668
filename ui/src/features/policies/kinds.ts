import { msg } from "@lingui/core/macro";

/** The kinds of policies. */
export const KINDS = {
  channel: msg`channel`,
  guard: msg`relevance`,
  hold: msg`hold`,
  time: msg`time`,
  cap: msg`frequency limit`,
  spacing: msg`distance`,
  concurrency: msg`campaigns at once`,
  mix: msg`mix of types`,
  capacity: msg`capacity`,
};
