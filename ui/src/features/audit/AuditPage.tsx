import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Center, Code, Group, Table, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type AuditView, listAudit } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer, Empty } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { ACTIONS } from "./actions";
import { Filters } from "./Filters";
import { queryOf } from "./search";

const PAGE = 100;
const route = getRouteApi("/inside/audit");

/** Who did what to what, the newest first. */
export function AuditPage() {
  const { t } = useLingui();
  const search = route.useSearch();
  const query = queryOf(search);
  const entries = useInfiniteQuery({
    queryKey: ["audit", query],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) =>
      (await listAudit({ query: { ...query, before: pageParam, limit: PAGE }, throwOnError: true })).data,
    getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)?.id : undefined),
  });
  const take = (
    <Button component="a" href={`/api/v1/audit.csv?${new URLSearchParams(query)}`} download="audit.csv" variant="default" leftSection={<IconDownload size={18} aria-hidden />}>
      <Trans>Export as CSV</Trans>
    </Button>
  );
  return (
    <Page title={t`Audit`} lead={<Trans>Who did what, and when. Entries can be added, never changed.</Trans>} actions={take}>
      <Filters />
      <Answer of={entries}>
        {(data) => {
          const listed = data.pages.flat();
          if (!listed.length) return <Empty title={t`Nothing is recorded about it`}>{t`Write a subject as in the list: its kind, a colon, its name.`}</Empty>;
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
  const nameOf = useNameOf();
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
              <Table.Td className="figures" style={{ verticalAlign: "top", minWidth: "6.5rem" }}>{formats.moment(one.at)}</Table.Td>
              <Table.Td style={{ verticalAlign: "top", overflowWrap: "anywhere" }}>
                <Text size="sm">{i18n._(wordOf(ACTIONS, one.action))}</Text>
                <Group gap={6}><Subject subject={one.subject} /></Group>
                <Text size="sm" c="dimmed" title={one.actor}>{nameOf(one.actor)}</Text>
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
  const nameOf = useNameOf();
  if (sort === "campaign") return <Text size="sm"><Link to="/campaigns/$name" params={{ name }} search={{}}>{name}</Link></Text>;
  if (sort === "contact") return <Text size="sm"><Link to="/contacts/$id" params={{ id: name }}>{subject}</Link></Text>;
  if (sort === "account") return <Text size="sm"><Link to="/accounts/$id" params={{ id: name }}>{subject}</Link></Text>;
  if (sort === "user") return <Text size="sm" fw={500} title={name}>{nameOf(subject)}</Text>;
  return <Text size="sm" fw={500}>{subject}</Text>;
}
