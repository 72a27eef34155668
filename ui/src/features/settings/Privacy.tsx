import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Button, Group, Modal, NumberInput, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeRetentionMutation, type KeptView, listErasuresOptions, listRetentionOptions, saidOf } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer, Empty, Failure } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { KINDS, REMOVED } from "./held";

const USUAL_DAYS = 730;

/** How long data is kept, what was removed of it, and who was erased when. */
export function PrivacySettings() {
  return (
    <Stack gap="xl">
      <Retention />
      <Erasures />
    </Stack>
  );
}

function Retention() {
  const { t } = useLingui();
  const kept = useQuery(listRetentionOptions());
  const [edited, setEdited] = useState<KeptView | null>(null);
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>How long data is kept</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>What is older is removed within a day, and does not come back. Contacts, consents and the messages themselves stay until a contact is erased.</Trans></Text>
      <Answer of={kept}>
        {(listed) => (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>Data</Trans></Table.Th>
                  <Table.Th><Trans>Kept for</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>Last removed</Trans></Table.Th>
                  <Table.Th aria-label={t`Actions`} w={56} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>{listed.map((one) => <Kind key={one.kind} kept={one} edit={() => setEdited(one)} />)}</Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Answer>
      {edited ? <KeepDialog kept={edited} close={() => setEdited(null)} /> : null}
    </Box>
  );
}

function Kind({ kept, edit }: { kept: KeptView; edit: () => void }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const name = i18n._(wordOf(KINDS, kept.kind));
  const removed = kept.last_removed ?? 0;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>{name}</Table.Th>
      <Table.Td>{kept.days ? <Plural value={kept.days} one="# day" other="# days" /> : <Trans>for ever</Trans>}</Table.Td>
      <Table.Td visibleFrom="sm">
        {kept.last_day ? <>{formats.shortDay(kept.last_day)}: <Plural value={removed} _0="nothing was too old" one="# entry" other="# entries" /></> : <Text span c="dimmed" size="sm"><Trans>never yet</Trans></Text>}
      </Table.Td>
      <Table.Td><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Change how long this is kept: ${name}`} onClick={edit}><IconPencil size={18} /></ActionIcon></Table.Td>
    </Table.Tr>
  );
}

function KeepDialog({ kept, close }: { kept: KeptView; close: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [forEver, setForEver] = useState(kept.days === null);
  const [days, setDays] = useState<number | "">(kept.days ?? USUAL_DAYS);
  const change = useMutation({
    ...changeRetentionMutation(),
    onSuccess: async () => {
      close();
      await cache.invalidateQueries();
    },
  });
  const said = saidOf(change.error, "days");
  const shorter = !forEver && days !== "" && (kept.days === null || days < kept.days);
  return (
    <Modal opened onClose={close} title={i18n._(wordOf(KINDS, kept.kind))} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); change.mutate({ path: { kind: kept.kind }, body: { days: forEver ? null : Number(days) } }); }}>
        <Stack>
          <Switch label={t`Keep for ever`} checked={forEver} onChange={(event) => setForEver(event.currentTarget.checked)} />
          {forEver ? null : (
            <NumberInput label={t`Days`} required min={kept.least} max={36_500} data-autofocus value={days} onChange={(value) => setDays(value === "" ? "" : Number(value))} error={said}
              description={t`At least ${kept.least}, for limits and reports`} inputWrapperOrder={["label", "description", "input", "error"]} />
          )}
          {shorter ? <Text size="sm"><Trans>What is older goes within a day, and does not come back.</Trans></Text> : null}
          {change.error && !said ? <Failure error={change.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={change.isPending}><Trans>Save</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Erasures() {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const erasures = useQuery(listErasuresOptions());
  const told = (removed: Record<string, number>) =>
    Object.entries(REMOVED).flatMap(([code, word]) => (removed[code] ? [`${i18n._(word)}: ${formats.number(removed[code])}`] : [])).join(", ");
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>Erased</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>The proof names nobody: only when, by whom, why, and how much was removed.</Trans></Text>
      <Answer of={erasures}>
        {(listed) => listed.length ? (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>When</Trans></Table.Th>
                  <Table.Th><Trans>Why</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>Removed</Trans></Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Th scope="row" fw={600}>{formats.moment(one.at)}<Text size="sm" c="dimmed" fw={400}>{one.by}</Text></Table.Th>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>{one.reason}<Text size="sm" c="dimmed" component="div" hiddenFrom="sm">{told(one.removed)}</Text></Table.Td>
                    <Table.Td visibleFrom="sm">{told(one.removed)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        ) : <Empty title={t`Nobody was erased`}>{t`A contact is erased from its own page, by the button “Privacy”.`}</Empty>}
      </Answer>
    </Box>
  );
}
