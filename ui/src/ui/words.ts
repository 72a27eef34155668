import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

type Words = Record<string, MessageDescriptor>;

/** Codes of the API that are not listed are shown as they are: a newer server may know more than this page. */
export function wordOf(words: Words, code: string): MessageDescriptor {
  return words[code] ?? { id: code, message: code };
}

export const TYPES: Words = {
  transactional: msg`transactional`,
  educational: msg`educational`,
  relationship: msg`relationship`,
  promotional: msg`promotional`,
  operational: msg`operational`,
};

export const CHANNELS: Words = {
  email: msg`e-mail`,
  sms: msg`SMS`,
  whatsapp: msg`WhatsApp`,
  call: msg`call`,
  meeting: msg`meeting`,
  print: msg`letter`,
  inapp: msg`in-app message`,
  voice: msg`recorded call`,
  push: msg`push notification`,
};

export const STREAMS: Words = { bulk: msg`bulk e-mails`, transactional: msg`transactional e-mails` };

/** The channels on which something can be sent. */
export const SENDABLE = ["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"];

export const TIERS: Words = { 0: msg`critical`, 1: msg`high`, 2: msg`normal`, 3: msg`low` };

export const VERDICTS: Words = { send: msg`goes`, queue: msg`waits`, suppress: msg`not sent` };

export const MESSAGE_STATES: Words = {
  open: msg`not yet decided`,
  planned: msg`planned`,
  queued: msg`waiting`,
  sending: msg`being sent`,
  sent: msg`sent`,
  failed: msg`failed`,
  unknown: msg`outcome unknown`,
  suppressed: msg`not sent`,
  cancelled: msg`cancelled`,
  held: msg`held back`,
};

export const CAMPAIGN_STATES: Words = {
  draft: msg`draft`,
  submitted: msg`waiting for approval`,
  approved: msg`approved`,
  rejected: msg`rejected`,
  launching: msg`launching`,
  launched: msg`launched`,
  paused: msg`paused`,
  cancelled: msg({ message: "cancelled", context: "campaign" }),
};

export const REASONS: Words = {
  window: msg`outside its own dates`,
  address: msg`no address that works`,
  consent: msg`no consent`,
  channel: msg`channel reserved for other messages`,
  guard: msg`not meant for this contact`,
  hold: msg`held by a policy`,
  time: msg`day or hour not allowed`,
  preference: msg`frequency that the contact chose`,
  cap: msg`frequency limit reached`,
  spacing: msg`too close to another message`,
  concurrency: msg`in too many campaigns at once`,
  mix: msg`too much of this type`,
  capacity: msg`channel full`,
  expired: msg`its dates end before a free day`,
  clear: msg`nothing stands in its way`,
  waited: msg`its day came`,
  missing_figure: msg`a figure is missing`,
  missing_approval: msg`approval is missing`,
  cancelled: msg`taken back`,
  stopped: msg`everything was stopped`,
  paused: msg`its campaign is paused`,
  rejected: msg`refused by the mail server`,
  later: msg`the mail server asked to wait`,
  lost: msg`no answer from the mail server`,
  delivered: msg`taken by the mail server`,
  overridden: msg`went past the policies`,
  read: msg`the previous one was read after all`,
};

/** Rules that are no policies, but stand for everybody. */
export const RULES: Words = {
  window: msg`its own dates`,
  address: msg`address`,
  consent: msg`consent`,
  pause: msg`pause of the contact`,
  held: msg`held by a colleague`,
  preference: msg`preference of the contact`,
};

export const STAGES: Words = {
  discovery: msg`discovery`,
  engagement: msg`engagement`,
  proposal: msg`proposal`,
  closed: msg`closed`,
  onboarding: msg`onboarding`,
  adoption: msg`adoption`,
  established: msg`established`,
  renewal: msg`renewal`,
  at_risk: msg`at risk`,
  advocate: msg`advocate`,
};

export const ADDRESS_STATES: Words = {
  none: msg`none`,
  ok: msg`works`,
  invalid: msg`invalid`,
  bounced: msg`bounced`,
  complained: msg`complained`,
  erased: msg`erased`,
};

export const ROLES: Words = {
  admin: msg`administrator`,
  marketer: msg`marketing`,
  csm: msg`customer success`,
  support: msg`support`,
  leader: msg`leadership`,
  reviewer: msg`reviewer`,
  reader: msg`reader`,
  sender: msg`program that sends`,
};
