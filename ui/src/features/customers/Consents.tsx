import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Group, Modal, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { appendConsentMutation, type ConsentForm, listConsentsOptions, saidOf } from "../../api";
import { useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";
import { CHANNELS, wordOf } from "../../ui/words";

/** What a contact granted and denied; entries are added, never changed. */
export function Consents({ id }: { id: string }) {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const [open, { open: ask, close }] = useDisclosure();
  const consents = useQuery(listConsentsOptions({ path: { external_id: id } }));
  return (
    <Box className="paper" p="md" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2} fz="md"><Trans>Consents</Trans></Title>
        {may("consents.write") ? <Button size="compact-sm" variant="default" onClick={ask}><Trans>Record</Trans></Button> : null}
      </Group>
      <Answer of={consents}>
        {(listed) => listed.length ? (
          <Stack gap="xs">
            {[...listed].reverse().map((one) => (
              <div key={`${one.channel} ${one.topic} ${one.at} ${one.state}`}>
                <Group gap="xs">
                  <Badge tt="none" bg={`var(--${one.state === "granted" ? "send" : "suppress"}-back)`} c={`var(--${one.state === "granted" ? "send" : "suppress"}-ink)`}>
                    {one.state === "granted" ? t`granted` : t`denied`}
                  </Badge>
                  {one.state === "granted" && one.carries !== "all" ? (
                    <Badge tt="none" bg="var(--queue-back)" c="var(--queue-ink)">{one.carries === "service" ? t`for service alone, by law` : t`counts no longer, by law`}</Badge>
                  ) : null}
                  <Text size="sm" fw={500}>{i18n._(wordOf(CHANNELS, one.channel))} · {one.topic === "*" ? t`every topic` : one.topic}</Text>
                </Group>
                <Text size="xs" c="dimmed">{[formats.moment(one.at), one.source, one.basis, one.actor, one.country].filter(Boolean).join(" · ")}</Text>
                {one.expires_on ? <Text size="xs" c="dimmed"><Trans>until {formats.day(one.expires_on)}</Trans></Text> : null}
                {one.wording ? <Text size="xs" c="dimmed" fs="italic" lang={one.locale || undefined}>{one.wording}</Text> : null}
                {Object.keys(one.proof).length ? <Text size="xs" c="dimmed">{Object.entries(one.proof).map(([name, value]) => `${name}: ${value}`).join(" · ")}</Text> : null}
              </div>
            ))}
          </Stack>
        ) : <Text size="sm" c="dimmed"><Trans>Nothing is recorded; only transactional messages may go.</Trans></Text>}
      </Answer>
      <Modal opened={open} onClose={close} title={t`Record a consent`} closeButtonProps={{ "aria-label": t`Close` }}>
        <ConsentEntry id={id} done={close} />
      </Modal>
    </Box>
  );
}

function ConsentEntry({ id, done }: { id: string; done: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [form, setForm] = useState<ConsentForm>({ channel: "email", topic: "*", state: "denied", basis: "consent", source: "" });
  const record = useMutation({
    ...appendConsentMutation(),
    onSuccess: async () => {
      await cache.invalidateQueries();
      done();
    },
  });
  const change = (part: Partial<ConsentForm>) => setForm((old) => ({ ...old, ...part }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); record.mutate({ path: { external_id: id }, body: form }); }}>
      <Stack>
        <Select label={t`What they said`} value={form.state} allowDeselect={false} onChange={(value) => change({ state: value as ConsentForm["state"] })}
          data={[{ value: "denied", label: t`denied` }, { value: "granted", label: t`granted` }]} />
        <Select label={t`Channel`} value={form.channel} allowDeselect={false} onChange={(value) => change({ channel: value as ConsentForm["channel"] })}
          data={["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"].map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} />
        <TextInput label={t`Topic`} description={t`* is every topic`} value={form.topic} required onChange={(event) => change({ topic: event.currentTarget.value })} error={saidOf(record.error, "topic")} />
        <TextInput label={t`Where they said it`} placeholder={t`on the phone`} value={form.source} required onChange={(event) => change({ source: event.currentTarget.value })} error={saidOf(record.error, "source")} />
        <TextInput label={t`Why you may rely on it`} value={form.basis} required onChange={(event) => change({ basis: event.currentTarget.value })} error={saidOf(record.error, "basis")} />
        {record.error && !["topic", "source", "basis"].some((field) => saidOf(record.error, field)) ? <Failure error={record.error} /> : null}
        <Button type="submit" loading={record.isPending}><Trans>Record</Trans></Button>
      </Stack>
    </form>
  );
}
