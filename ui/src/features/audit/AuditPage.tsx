import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Center, Code, Group, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { type AuditView, listAudit } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer, Empty } from "../../ui/states";
import { ACTIONS } from "./actions";
import { wordOf } from "../../ui/words";

const PAGE = 100;
const route = getRouteApi("/inside/audit");

/** Who did what to what, the newest first. */
export function AuditPage() {
  const { t } = useLingui();
  const { subject } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(subject ?? "");
  const choose = useDebouncedCallback((text: string) => void navigate({ search: { subject: text || undefined }, replace: true }), 300);
  const entries = useInfiniteQuery({
    queryKey: ["audit", subject ?? ""],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) =>
      (await listAudit({ query: { subject, before: pageParam, limit: PAGE }, throwOnError: true })).data,
    getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)?.id : undefined),
  });
  return (
    <Page title={t`Audit`} lead={<Trans>Who did what, and when. Entries can be added, never changed.</Trans>}>
      <TextInput maw={420} mb="md" label={t`Only of one subject`} placeholder="campaign:Monthly newsletter" value={typed}
        leftSection={<IconSearch size={16} aria-hidden />}
        onChange={(event) => { setTyped(event.currentTarget.value); choose(event.currentTarget.value.trim()); }} />
      <Answer of={entries}>
        {(data) => {
          const listed = data.pages.flat();
          if (!listed.length) return <Empty title={t`Nothing is recorded of it`}>{t`A subject is written as in the list: its sort, a colon, its name.`}</Empty>;
          return (
            <>
              <AuditTable entries={listed} />
              {entries.hasNextPage ? (
                <Center mt="md"><Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}><Trans>Show older ones</Trans></Button></Center>
              ) : null}
            </>
          );
        }}
      </Answer>
    </Page>
  );
}

function AuditTable({ entries }: { entries: AuditView[] }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  return (
    <Table.ScrollContainer minWidth={320} className="paper">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th><Trans>When</Trans></Table.Th>
            <Table.Th><Trans>Who and what</Trans></Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Details</Trans></Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td className="figures" style={{ whiteSpace: "nowrap", verticalAlign: "top" }}>{formats.moment(one.at)}</Table.Td>
              <Table.Td style={{ verticalAlign: "top" }}>
                <Text size="sm">{i18n._(wordOf(ACTIONS, one.action))}</Text>
                <Group gap={6}><Subject subject={one.subject} /></Group>
                <Text size="sm" c="dimmed">{one.actor}</Text>
              </Table.Td>
              <Table.Td visibleFrom="sm" style={{ verticalAlign: "top" }}>
                {Object.entries(one.detail).map(([name, value]) => (
                  <Text key={name} size="sm"><Code>{name}</Code> {typeof value === "string" ? value : JSON.stringify(value)}</Text>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Subject({ subject }: { subject: string }) {
  const [sort, ...rest] = subject.split(":");
  const name = rest.join(":");
  if (sort === "campaign") return <Text size="sm"><Link to="/campaigns/$name" params={{ name }} search={{}}>{name}</Link></Text>;
  if (sort === "contact") return <Text size="sm"><Link to="/contacts/$id" params={{ id: name }}>{subject}</Link></Text>;
  if (sort === "account") return <Text size="sm"><Link to="/accounts/$id" params={{ id: name }}>{subject}</Link></Text>;
  return <Text size="sm" fw={500}>{subject}</Text>;
}
