import { useLingui } from "@lingui/react/macro";
import { Box, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { ContactView } from "../../api";
import { usePlaces } from "../../ui/places";
import { ADDRESS_STATES, wordOf } from "../../ui/words";
import styles from "./Profile.module.css";

/** What is known of a contact. */
export function Profile({ contact }: { contact: ContactView }) {
  const { t, i18n } = useLingui();
  const places = usePlaces();
  const address = (value: string | null, state: string) => (value ? (state === "ok" ? value : `${value} (${i18n._(wordOf(ADDRESS_STATES, state))})`) : null);
  const facts: [string, ReactNode][] = [
    [t`E-mail`, address(contact.email, contact.email_state)],
    [t`Phone`, address(contact.phone, contact.phone_state)],
    [t`Postal address`, contact.postal_address],
    [t`Language`, contact.language && places.language(contact.language)],
    [t`Time zone`, contact.zone],
    [t`Country`, [contact.country && places.country(contact.country), contact.region].filter(Boolean).join(" · ")],
    [t`Best hour`, contact.best_hour],
    [t`Segments`, contact.segments.join(", ")],
    [t`Id`, contact.external_id],
  ];
  return <Facts title={t`Contact`} facts={facts} attributes={contact.attributes} />;
}

interface FactsProps {
  title: string;
  facts: [string, ReactNode][];
  attributes: Record<string, unknown>;
}

/** Facts and attributes, those that are known. */
export function Facts({ title, facts, attributes }: FactsProps) {
  const known = [...facts, ...Object.entries(attributes).map(([name, value]): [string, ReactNode] => [name, String(value)])];
  return (
    <Box className="paper" p="md" component="section">
      <Title order={2} fz="md" mb="xs">{title}</Title>
      <dl className={styles.facts}>
        {known.filter(([, value]) => value).map(([name, value]) => (
          <div key={name}><Text component="dt" size="sm" c="dimmed">{name}</Text><Text component="dd" size="sm">{value}</Text></div>
        ))}
      </dl>
    </Box>
  );
}
