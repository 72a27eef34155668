import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { adaptReadyJourney, createJourney, listReadyJourneysOptions, refusalOf, saidOf } from "../../api";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";
import type { Journey } from "./document";

const EMPTY = "empty";
const NOTHING: Journey = { entry: { kind: "event", event: "" }, start: "end", nodes: [{ id: "end", kind: "exit" }] };

/** The name of a new journey, and what it begins with. */
export function NewJourney({ close }: { close: () => void }) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const ready = useQuery({ ...listReadyJourneysOptions(), enabled: may("templates.write") }).data ?? [];
  const [typed, setTyped] = useState<string | null>(null);
  const [key, setKey] = useState(EMPTY);
  const name = typed ?? ready.find((one) => one.key === key)?.name ?? "";
  const create = useMutation({
    mutationFn: async () => {
      const path = { name: name.trim() };
      if (key === EMPTY) await createJourney({ path, body: { document: NOTHING as unknown as Record<string, unknown> }, throwOnError: true });
      else await adaptReadyJourney({ path: { key }, body: path, throwOnError: true });
    },
    onSuccess: async () => {
      await cache.invalidateQueries();
      await navigate({ to: "/journeys/$name", params: { name: name.trim() } });
    },
  });
  const said = saidOf(create.error, "name") ?? (refusalOf(create.error)?.code === "journeys.name_taken" ? refusalOf(create.error)?.detail : undefined);
  return (
    <Modal opened onClose={close} size="lg" title={t`New journey`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
        <Stack>
          <Radio.Group label={t`Begin with`} value={key} onChange={setKey}>
            <Stack gap="xs" mt="xs">
              <Radio value={EMPTY} label={t`An empty journey`} description={t`An entry and an end; every step is yours.`} />
              {ready.map((one) => <Radio key={one.key} value={one.key} label={one.name} description={one.about} />)}
            </Stack>
          </Radio.Group>
          <TextInput label={t`Name`} required maxLength={200} data-autofocus value={name} onChange={(event) => setTyped(event.currentTarget.value)} error={said} />
          {create.error && !said ? <Failure error={create.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim()}><Trans>Begin</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
