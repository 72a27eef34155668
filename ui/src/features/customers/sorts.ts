import type { MessageDescriptor } from "@lingui/core";
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
  opened: msg`the contact opened the e-mail`,
  clicked: msg`the contact followed a link`,
  machine_opened: msg`a program opened the e-mail`,
  scanned: msg`a program followed the links`,
  fallback: msg`goes on by the next channel`,
};

/** Events that Pauta records itself, in words; others go by the names that were given to them. */
export const OWN_EVENTS: Record<string, MessageDescriptor> = {
  mail_bounce_hard: msg`the e-mail bounced: the address is wrong`,
  mail_bounce_soft: msg`the e-mail bounced: not now`,
  mail_bounce_policy: msg`the e-mail bounced: the provider did not want it`,
  mail_bounce_unknown: msg`the e-mail bounced, nobody knows why`,
  mail_complaint: msg`the contact complained about an e-mail`,
  mail_unsubscribe: msg`the contact unsubscribed by mail`,
  mail_reply: msg`the contact answered an e-mail`,
  mail_auto_reply: msg`an automatic answer came`,
  frequency_too_many: msg`says: too many messages`,
  frequency_just_right: msg`says: just the right number of messages`,
  frequency_too_few: msg`says: too few messages`,
};
