import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ContactView, getAccountOptions, getContactOptions, getContactStripOptions } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer } from "../../ui/states";
import { STAGES, wordOf } from "../../ui/words";
import { Consents } from "./Consents";
import { Customer } from "./Customer";
import { Hold } from "./Holds";
import { Merge } from "./Merge";
import { Preferences } from "./Preferences";
import { ContactPrivacy } from "./Privacy";
import { Profile } from "./Profile";

const route = getRouteApi("/inside/contacts/$id");

/** A contact: what is to come and why, what has been in and out, and what is known of them. */
export function ContactPage() {
  const { id } = route.useParams();
  const contact = useQuery(getContactOptions({ path: { external_id: id } }));
  return <Answer of={contact}>{(one) => <Contact contact={one} />}</Answer>;
}

function Contact({ contact }: { contact: ContactView }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const path = { external_id: contact.external_id };
  const strip = useQuery({ ...getContactStripOptions({ path }), refetchInterval: 15_000 });
  const account = useQuery({ ...getAccountOptions({ path: { external_id: contact.account ?? "" } }), enabled: contact.account !== null });
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ") || contact.email || contact.external_id;
  return (
    <Customer
      sort="contact" id={contact.external_id} title={name} strip={strip} nothing={t`No message is planned for this contact.`}
      lead={
        <Group gap="xs">
          {contact.account ? <Link to="/accounts/$id" params={{ id: contact.account }}>{account.data?.name || contact.account}</Link> : null}
          {contact.email ? <Text span miw={0} style={{ overflowWrap: "anywhere" }}>{contact.email}</Text> : null}
          {contact.stage ? <Badge variant="default" tt="none">{i18n._(wordOf(STAGES, contact.stage))}</Badge> : null}
          {contact.paused_until ? <Badge tt="none" bg="var(--queue-back)" c="var(--queue-ink)"><Trans>paused until {formats.shortDay(contact.paused_until)}</Trans></Badge> : null}
        </Group>
      }
      actions={<Group gap="xs"><Merge contact={contact} name={name} /><ContactPrivacy id={contact.external_id} name={name} /><Hold sort="contact" id={contact.external_id} name={name} /></Group>}
    >
      <Profile contact={contact} />
      <Consents id={contact.external_id} />
      <Preferences contact={contact} />
    </Customer>
  );
}
