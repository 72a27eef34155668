import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Checkbox, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ContactView, listPreferencesOptions, pauseContactMutation, saidOf, saveMeasuringMutation } from "../../api";
import { today } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";

/** How often a contact wants what, and until when they want nothing. */
export function Preferences({ contact }: { contact: ContactView }) {
  const { may } = useSession();
  const preferences = useQuery(listPreferencesOptions({ path: { external_id: contact.external_id } }));
  return (
    <Box className="paper" p="md" component="section">
      <Title order={2} fz="md" mb="xs"><Trans>Preferences</Trans></Title>
      <Answer of={preferences}>
        {(listed) => listed.length ? (
          <Stack gap={4}>
            {listed.map((one) => (
              <Text key={one.topic} size="sm">
                <b>{one.topic}</b>{" "}
                {one.at_most === 0 ? <Trans>never</Trans> : (
                  <Plural value={one.at_most} one={`at most # message in ${one.days} days`} other={`at most # messages in ${one.days} days`} />
                )}
              </Text>
            ))}
          </Stack>
        ) : <Text size="sm" c="dimmed"><Trans>None; the policies decide how often.</Trans></Text>}
      </Answer>
      {may("consents.write") ? <Pause contact={contact} /> : null}
      <Measuring contact={contact} readOnly={!may("consents.write")} />
    </Box>
  );
}

function Measuring({ contact, readOnly }: { contact: ContactView; readOnly: boolean }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const save = useMutation({ ...saveMeasuringMutation(), onSuccess: () => cache.invalidateQueries() });
  return (
    <>
      <Checkbox mt="sm" label={t`Opens and clicks may be measured`} checked={contact.measured} disabled={readOnly || save.isPending}
        onChange={(event) => save.mutate({ path: { external_id: contact.external_id }, body: { measured: event.currentTarget.checked } })} />
      {save.error ? <Failure error={save.error} /> : null}
    </>
  );
}

function Pause({ contact }: { contact: ContactView }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [until, setUntil] = useState(contact.paused_until ?? "");
  const pause = useMutation({ ...pauseContactMutation(), onSuccess: () => cache.invalidateQueries() });
  const path = { external_id: contact.external_id };
  return (
    <form onSubmit={(event) => { event.preventDefault(); pause.mutate({ path, body: { until } }); }}>
      <Group align="flex-end" gap="xs" mt="sm">
        <TextInput type="date" label={t`Send nothing before`} min={today()} value={until} required style={{ flex: 1 }}
          onChange={(event) => setUntil(event.currentTarget.value)} error={saidOf(pause.error, "until")} />
        <Button type="submit" variant="default" loading={pause.isPending}><Trans>Pause</Trans></Button>
        {contact.paused_until ? (
          <Button variant="subtle" onClick={() => { setUntil(""); pause.mutate({ path, body: { until: null } }); }}><Trans>End the pause</Trans></Button>
        ) : null}
      </Group>
      {pause.error && !saidOf(pause.error, "until") ? <Failure error={pause.error} /> : null}
    </form>
  );
}
