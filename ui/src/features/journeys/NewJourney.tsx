import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createJourneyMutation, refusalOf, saidOf } from "../../api";
import { Failure } from "../../ui/states";
import { useReady } from "./ready";

/** The name of a new journey, and what it begins with. */
export function NewJourney({ close }: { close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const ready = useReady();
  const [typed, setTyped] = useState<string | null>(null);
  const [key, setKey] = useState("empty");
  const chosen = ready.find((one) => one.key === key) ?? ready[0];
  const name = typed ?? (key === "empty" ? "" : (chosen?.title ?? ""));
  const create = useMutation({
    ...createJourneyMutation(),
    onSuccess: async () => {
      await cache.invalidateQueries();
      await navigate({ to: "/journeys/$name", params: { name } });
    },
  });
  const said = saidOf(create.error, "name") ?? (refusalOf(create.error)?.code === "journeys.name_taken" ? refusalOf(create.error)?.detail : undefined);
  return (
    <Modal opened onClose={close} size="lg" title={t`New journey`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); if (chosen) create.mutate({ path: { name: name.trim() }, body: { document: chosen.journey as unknown as Record<string, unknown> } }); }}>
        <Stack>
          <Radio.Group label={t`Begin with`} value={key} onChange={setKey}>
            <Stack gap="xs" mt="xs">{ready.map((one) => <Radio key={one.key} value={one.key} label={one.title} description={one.told} />)}</Stack>
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
