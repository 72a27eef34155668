import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconBuilding, IconSearch, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { type HitView, searchEverythingOptions } from "../../api";
import { Page } from "../../ui/Page";
import { useDetailOf } from "../../ui/hits";
import { Answer, Empty } from "../../ui/states";

const SHORTEST = 2;
const route = getRouteApi("/inside/customers");

/** The way to every contact and account: by the beginning of a name, an address or an id. */
export function CustomersPage() {
  const { t } = useLingui();
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search);
  const choose = useDebouncedCallback((text: string) => void navigate({ search: { search: text }, replace: true }), 250);
  const enough = search.trim().length >= SHORTEST;
  const hits = useQuery({ ...searchEverythingOptions({ query: { q: search.trim(), limit: 50 } }), enabled: enough, placeholderData: keepPreviousData });
  return (
    <Page title={t`Customers`} lead={<Trans>Find a person or a company to see what they get, when, and why.</Trans>}>
      <TextInput type="search" size="md" maw={560} mb="lg" label={t`Name, e-mail or id`} value={typed} autoFocus
        leftSection={<IconSearch size={18} aria-hidden />}
        onChange={(event) => { setTyped(event.currentTarget.value); choose(event.currentTarget.value); }} />
      {enough ? (
        <Answer of={hits}>
          {(found) => {
            const people = found.filter((one) => one.what === "contact");
            const companies = found.filter((one) => one.what === "account");
            if (!people.length && !companies.length) return <Empty title={t`Nothing begins with “${search}”`}>{t`Try fewer letters, a surname, or the e-mail address.`}</Empty>;
            return (
              <Stack gap="lg">
                {companies.length ? <Hits title={t`Accounts`} hits={companies} /> : null}
                {people.length ? <Hits title={t`Contacts`} hits={people} /> : null}
              </Stack>
            );
          }}
        </Answer>
      ) : <Empty title={t`Who are you looking for?`}>{t`Two letters are enough. Accents and capitals do not matter.`}</Empty>}
    </Page>
  );
}

function Hits({ title, hits }: { title: string; hits: HitView[] }) {
  const detailOf = useDetailOf();
  return (
    <section>
      <Title order={2} mb="xs">{title}</Title>
      <Stack gap={0} className="paper" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {hits.map((one, index) => (
          <Group key={one.id} component="li" gap="sm" px="md" py="xs" wrap="nowrap" style={index ? { borderTop: "1px solid var(--line)" } : undefined}>
            {one.what === "contact" ? <IconUser size={18} aria-hidden style={{ flex: "none" }} /> : <IconBuilding size={18} aria-hidden style={{ flex: "none" }} />}
            <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
              {one.what === "contact"
                ? <Link to="/contacts/$id" params={{ id: one.id }}>{one.title}</Link>
                : <Link to="/accounts/$id" params={{ id: one.id }}>{one.title}</Link>}
              <Text size="sm" c="dimmed">{detailOf(one)}</Text>
            </div>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
