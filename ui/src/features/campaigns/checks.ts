import { msg } from "@lingui/core/macro";

/** What the checks of the content found, by check and level. */
export const CHECKS = {
  "unsubscribe_link.ok": msg`There is a link to unsubscribe.`,
  "unsubscribe_link.warning": msg`There is no link to unsubscribe.`,
  "unsubscribe_link.error": msg`There is no link to unsubscribe; bulk mail needs one.`,
  "postal_address.ok": msg`The postal address of the company is in it.`,
  "postal_address.warning": msg`The postal address of the company is not in it.`,
  "postal_address.error": msg`The postal address of the company is not in it; several laws ask for it.`,
  "missing_figures.ok": msg`No figure is missing for anybody.`,
  "missing_figures.warning": msg`Figures are missing for some contacts, whose mail would be held back:`,
  "missing_figures.error": msg`Figures are missing for many contacts, whose mail would be held back:`,
  "broken_links.ok": msg`All links are well formed.`,
  "broken_links.warning": msg`Links look wrong:`,
  "broken_links.error": msg`Links are broken:`,
  "left_over_placeholders.ok": msg`No placeholder is left over.`,
  "left_over_placeholders.warning": msg`Placeholders may be left over:`,
  "left_over_placeholders.error": msg`Placeholders are left over:`,
  "size.ok": msg`The e-mail is small enough for every mail program:`,
  "size.warning": msg`The e-mail is long; some mail programs cut it off:`,
  "size.error": msg`The e-mail is too long; mail programs cut it off:`,
  "languages.ok": msg`It is written in every language of its readers.`,
  "languages.warning": msg`Some readers have another language:`,
  "languages.error": msg`Readers’ languages are missing:`,
  "subject.ok": msg`The subject has a good length.`,
  "subject.warning": msg`The subject is long or missing in:`,
  "subject.error": msg`The subject is missing in:`,
};
