import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconHandStop } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { holdAccountMutation, holdContactMutation, type HoldView, liftManualHoldMutation, saidOf } from "../../api";
import { addDays, today, useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";

const USUAL_DAYS = 14;

interface HoldProps {
  sort: "contact" | "account";
  id: string;
  name: string;
}

/** The way to keep messages from a contact or a whole account until a day. */
export function Hold({ sort, id, name }: HoldProps) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const formats = useFormats();
  const [open, { open: ask, close }] = useDisclosure();
  const [until, setUntil] = useState(() => addDays(today(), USUAL_DAYS));
  const [reason, setReason] = useState("");
  const done = {
    onSuccess: async () => {
      close();
      setReason("");
      notifications.show({ message: t`${name} is held until ${formats.day(until)}.` });
      await cache.invalidateQueries();
    },
  };
  const contact = useMutation({ ...holdContactMutation(), ...done });
  const account = useMutation({ ...holdAccountMutation(), ...done });
  const asked = sort === "contact" ? contact : account;
  const said = (field: string) => saidOf(asked.error, field);
  if (!may("contacts.hold")) return null;
  const run = () => asked.mutate({ path: { external_id: id }, body: { until, reason } });
  return (
    <>
      <Button variant="default" leftSection={<IconHandStop size={18} aria-hidden />} onClick={ask}><Trans>Hold until …</Trans></Button>
      <Modal opened={open} onClose={close} title={t`Hold ${name}`} closeButtonProps={{ "aria-label": t`Close` }}>
        <form onSubmit={(event) => { event.preventDefault(); run(); }}>
          <Stack>
            <Text size="sm">
              {sort === "contact"
                ? <Trans>Until that day this contact gets nothing that is not transactional. What waits keeps its place.</Trans>
                : <Trans>Until that day nobody at this account gets anything that is not transactional. What waits keeps its place.</Trans>}
            </Text>
            <TextInput type="date" label={t`First day on which messages may go again`} required min={addDays(today(), 1)} value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={said("until")} />
            <Textarea label={t`Why`} required autosize minRows={2} maxLength={1000} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={said("reason")} />
            {asked.error && !said("until") && !said("reason") ? <Failure error={asked.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button type="submit" loading={asked.isPending}><Trans>Hold</Trans></Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

/** A hold that stands: who, until when, why, and the way to lift it. */
export function StandingHold({ hold, ofContact }: { hold: HoldView; ofContact: boolean }) {
  const { may } = useSession();
  const cache = useQueryClient();
  const formats = useFormats();
  const lift = useMutation({ ...liftManualHoldMutation(), onSuccess: () => cache.invalidateQueries() });
  const until = formats.day(hold.until);
  return (
    <Alert color="yellow" icon={<IconHandStop />} py="xs">
      <Group justify="space-between" gap="xs">
        <div>
          <Text size="sm" fw={600}>
            {hold.whole_account ? <Trans>The whole account is held until {until}</Trans> : ofContact ? <Trans>Held until {until}</Trans> : <Trans>A contact is held until {until}</Trans>}
          </Text>
          <Text size="sm">{hold.reason} · {hold.by}, {formats.moment(hold.at)}</Text>
        </div>
        {may("contacts.hold") ? <Button size="xs" variant="default" loading={lift.isPending} onClick={() => lift.mutate({ path: { hold_id: hold.id } })}><Trans>Lift the hold</Trans></Button> : null}
      </Group>
      {lift.error ? <Failure error={lift.error} /> : null}
    </Alert>
  );
}
