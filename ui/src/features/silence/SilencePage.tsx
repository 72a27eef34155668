import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Center, Group, NumberInput, SegmentedControl, Select, Table, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { listSilentAccounts, listSilentContacts, type SilentView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer, Empty } from "../../ui/states";
import { TaskDialog } from "../../ui/TaskDialog";
import { STAGES, wordOf } from "../../ui/words";
import type { SilenceSearch } from "./search";

const DAYS = 60;
const route = getRouteApi("/inside/silence");

/** Contacts and accounts that nothing has reached for a while. */
export function SilencePage() {
  const { t } = useLingui();
  const { of = "contacts", days = DAYS, stage } = route.useSearch();
  const silent = useInfiniteQuery({
    queryKey: ["silence", of, days, stage],
    initialPageParam: 0,
    queryFn: async ({ pageParam }) => {
      const asked = { query: { days, stage, cursor: pageParam }, throwOnError: true } as const;
      return (of === "accounts" ? await listSilentAccounts(asked) : await listSilentContacts(asked)).data;
    },
    getNextPageParam: (last) => last.cursor,
  });
  return (
    <Page title={t`Silence`} lead={<Trans>Customers whom nobody has written to, called or met for a while.</Trans>}>
      <Filters />
      <Answer of={silent}>
        {(data) => {
          const listed = data.pages.flatMap((one) => one.silent);
          if (data.pages[0]?.nobody) return <Empty title={of === "accounts" ? t`There are no accounts yet` : t`There are no contacts yet`}>{t`Import them, or let a program add them by the API.`}</Empty>;
          if (!listed.length) return <Empty title={t`Nobody is in silence`}>{t`Everybody has heard something in this time.`}</Empty>;
          return (
            <>
              <Silent listed={listed} accounts={of === "accounts"} />
              {silent.hasNextPage ? (
                <Center mt="md"><Button variant="default" loading={silent.isFetchingNextPage} onClick={() => void silent.fetchNextPage()}><Trans>Show more</Trans></Button></Center>
              ) : null}
            </>
          );
        }}
      </Answer>
    </Page>
  );
}

function Filters() {
  const { t, i18n } = useLingui();
  const { of = "contacts", days = DAYS, stage } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState<number | string>(days);
  const put = (part: SilenceSearch) => void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const putDays = useDebouncedCallback((value: number | string) => { if (Number(value) >= 1) put({ days: Number(value) }); }, 400);
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <SegmentedControl aria-label={t`Contacts or accounts`} value={of} onChange={(value) => put({ of: value === "accounts" ? "accounts" : undefined })}
        data={[{ value: "contacts", label: t`Contacts` }, { value: "accounts", label: t`Accounts` }]} />
      <NumberInput label={t`Silent for how many days`} w={280} min={1} max={3650} clampBehavior="strict" allowDecimal={false} value={typed} onChange={(value) => { setTyped(value); putDays(value); }} />
      <Select label={t`Stage`} placeholder={t`every stage`} clearable w={190} value={stage ?? null} onChange={(value) => put({ stage: value ?? undefined })}
        data={Object.entries(STAGES).map(([value, word]) => ({ value, label: i18n._(word) }))} />
    </Group>
  );
}

function Silent({ listed, accounts }: { listed: SilentView[]; accounts: boolean }) {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const [about, setAbout] = useState<SilentView | null>(null);
  const taskOf = (one: SilentView) => one.task
    ? <Link to="/tasks" search={{ of: "all" }}><Trans>has a task</Trans></Link>
    : <Button size="compact-sm" variant="default" aria-label={t`Make a task about ${one.name}`} onClick={() => setAbout(one)}><Trans>Make a task</Trans></Button>;
  return (
    <>
    <Table.ScrollContainer minWidth={320} className="paper">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{accounts ? <Trans>Account</Trans> : <Trans>Contact</Trans>}</Table.Th>
            <Table.Th visibleFrom="sm"><Trans>Stage</Trans></Table.Th>
            <Table.Th><Trans>Last reached</Trans></Table.Th>
            <Table.Th><Trans>Planned next</Trans></Table.Th>
            {may("tasks.write") ? <Table.Th visibleFrom="sm"><Trans>Task</Trans></Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="figures">
          {listed.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Th scope="row" fw={600}>
                {accounts ? <Link to="/accounts/$id" params={{ id: one.id }}>{one.name}</Link> : <Link to="/contacts/$id" params={{ id: one.id }}>{one.name}</Link>}
                {one.account ? <Text size="sm"><Link to="/accounts/$id" params={{ id: one.account }}>{one.account_name || one.account}</Link></Text> : null}
                {may("tasks.write") ? <Box hiddenFrom="sm" mt={4} fw={400}>{taskOf(one)}</Box> : null}
              </Table.Th>
              <Table.Td visibleFrom="sm">{one.stage ? i18n._(wordOf(STAGES, one.stage)) : ""}</Table.Td>
              <Table.Td>{one.last ? formats.day(one.last) : <Trans>never</Trans>}</Table.Td>
              <Table.Td>{one.next ? formats.day(one.next) : <Text span c="dimmed"><Trans>nothing</Trans></Text>}</Table.Td>
              {may("tasks.write") ? <Table.Td visibleFrom="sm">{taskOf(one)}</Table.Td> : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
    {about ? <TaskDialog title={t`Get in touch with ${about.name}`} {...(accounts ? { account: about.id } : { contact: about.id })} close={() => setAbout(null)} /> : null}
    </>
  );
}
