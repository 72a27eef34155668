import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { liftMutation, listStopsOptions, listStopsQueryKey, saidOf, type StopForm, type StopView, stopMutation } from "../api";
import { useNameOf } from "../ui/colleagues";
import { useFormats } from "../ui/dates";
import { useSession } from "../ui/session";
import { Failure } from "../ui/states";
import { CHANNELS, STREAMS, wordOf } from "../ui/words";

const EVERYTHING = "everything";

/** What is stopped, asked of the server every ten seconds. */
export function useStops() {
  return useQuery({ ...listStopsOptions(), refetchInterval: 10_000 });
}

/** The button that stops everything that leaves, or one channel, within a second. */
export function StopSwitch() {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const [open, { open: ask, close }] = useDisclosure();
  const [what, setWhat] = useState(EVERYTHING);
  const [reason, setReason] = useState("");
  const stop = useMutation({
    ...stopMutation(),
    onSuccess: (stops) => {
      cache.setQueryData(listStopsQueryKey(), stops);
      setReason("");
      close();
    },
  });
  if (!may("stop.use")) return null;
  const channel = what === EVERYTHING ? null : (what as StopForm["channel"]);
  const choices = [EVERYTHING, "email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"];
  return (
    <>
      <Button color="red" variant="light" size="sm" px="sm" onClick={ask} visibleFrom="sm" leftSection={<IconHandStop size={18} aria-hidden />}><Trans>Stop sending …</Trans></Button>
      <ActionIcon color="red" variant="light" size="lg" onClick={ask} hiddenFrom="sm" aria-label={t`Stop sending …`}><IconHandStop size={20} aria-hidden /></ActionIcon>
      <Modal opened={open} onClose={close} title={t`Stop sending`} closeButtonProps={{ "aria-label": t`Close` }}>
        <form onSubmit={(event) => { event.preventDefault(); stop.mutate({ body: { channel, reason } }); }}>
          <Stack>
            <Text size="sm"><Trans>Nothing leaves from now on, until somebody lets it go again. What waits keeps its place.</Trans></Text>
            <Select
              label={t`What to stop`} value={what} onChange={(value) => setWhat(value ?? EVERYTHING)} allowDeselect={false}
              data={choices.map((code) => ({ value: code, label: code === EVERYTHING ? t`Everything` : i18n._(wordOf(CHANNELS, code)) }))}
            />
            <TextInput
              label={t`Why`} description={t`Everybody sees this.`} value={reason} required data-autofocus
              onChange={(event) => setReason(event.currentTarget.value)} error={saidOf(stop.error, "reason")}
            />
            {stop.error && !saidOf(stop.error, "reason") ? <Failure error={stop.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button color="red" type="submit" loading={stop.isPending} leftSection={<IconHandStop size={18} aria-hidden />}><Trans>Stop now</Trans></Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

/** What is stopped at this moment, on every page, and the way to let it go. */
export function StopBanner() {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const cache = useQueryClient();
  const stops = useStops();
  const nameOf = useNameOf();
  const lift = useMutation({ ...liftMutation(), onSuccess: (left) => cache.setQueryData(listStopsQueryKey(), left) });
  const partsOf = ({ channel, stream }: StopView) => [channel && i18n._(wordOf(CHANNELS, channel)), stream && i18n._(wordOf(STREAMS, stream))].filter(Boolean);
  return (
    <>
      {stops.data?.map((one) => (
        <Alert key={`${one.channel ?? EVERYTHING} ${one.stream}`} role="alert" color="red" icon={<IconHandStop />} mb="md"
          title={one.channel || one.stream ? t`Stopped: ${partsOf(one).join(", ")}` : t`Stopped: everything`}>
          <Group justify="space-between" gap="xs">
            <Text size="sm">{one.reason} · {nameOf(one.actor)} · {formats.moment(one.at)}</Text>
            {may("stop.use") ? (
              <Button size="xs" variant="default" loading={lift.isPending} leftSection={<IconPlayerPlay size={16} aria-hidden />}
                onClick={() => lift.mutate({ query: { channel: one.channel as StopForm["channel"], stream: one.stream } })}>
                <Trans>Let it go again</Trans>
              </Button>
            ) : null}
          </Group>
        </Alert>
      ))}
    </>
  );
}
