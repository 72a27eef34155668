import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, NumberInput, Select, SimpleGrid, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addPermissionMutation, changePermissionMutation, listTeamsOptions, type PermissionForm, type PermissionView, removePermissionMutation, saidOf } from "../../api";
import { Failure } from "../../ui/states";
import { ROLES } from "../../ui/words";
import { KindInputs, type Kinds } from "./KindInputs";

const FIELDS = ["role", "team", "types", "topics", "channels", "most", "per_day"];

/** One row of who may send what. */
export function PermissionDialog({ permission, close }: { permission: PermissionView | null; close: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const teams = useQuery(listTeamsOptions());
  const { role = null, team = null, types = [], topics = [], channels = [], most = null, per_day = null } = permission ?? {};
  const [form, setForm] = useState({ role, team, types: types as string[], topics, channels: channels as string[], most, per_day });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  const done = {
    onSuccess: async () => {
      close();
      await cache.invalidateQueries();
    },
  };
  const add = useMutation({ ...addPermissionMutation(), ...done });
  const update = useMutation({ ...changePermissionMutation(), ...done });
  const remove = useMutation({ ...removePermissionMutation(), ...done });
  const error = (permission ? update : add).error ?? remove.error;
  const said = (field: string) => saidOf(error, field);
  const submit = () => {
    const body = form as PermissionForm;
    remove.reset();
    if (permission) update.mutate({ path: { number: permission.id }, body });
    else add.mutate({ body });
  };
  const count = (value: string | number) => (value === "" ? null : Number(value));
  return (
    <Modal opened onClose={close} size="lg" title={permission ? t`Who may send what` : t`Permit something`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Select label={t`Role`} placeholder={t`any`} clearable data-autofocus value={form.role} onChange={(value) => change({ role: value })}
              data={Object.entries(ROLES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} error={said("role")} />
            <Select label={t`Team`} placeholder={t`any`} clearable value={form.team} onChange={(value) => change({ team: value })}
              data={(teams.data ?? []).map((one) => ({ value: one.name, label: one.title }))} error={said("team")} />
            <KindInputs value={form} change={(part: Partial<Kinds>) => change(part)} said={said} />
            <NumberInput label={t`Contacts at once`} description={t`1 for single messages only; empty for no limit`} min={1} value={form.most ?? ""} onChange={(value) => change({ most: count(value) })} error={said("most")} inputWrapperOrder={["label", "input", "description", "error"]} />
            <NumberInput label={t`Single messages in 24 hours`} description={t`Empty for no limit`} min={1} value={form.per_day ?? ""} onChange={(value) => change({ per_day: count(value) })} error={said("per_day")} inputWrapperOrder={["label", "input", "description", "error"]} />
          </SimpleGrid>
          {error && !FIELDS.some(said) ? <Failure error={error} /> : null}
          <Group justify="space-between">
            {permission ? <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate({ path: { number: permission.id } })}><Trans>Remove</Trans></Button> : <span />}
            <Group>
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button type="submit" loading={add.isPending || update.isPending}><Trans>Save</Trans></Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
