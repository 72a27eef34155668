import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, MultiSelect, NumberInput, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listTeamsOptions, removeApprovalRuleMutation, type RuleForm, type RuleView, saidOf, saveApprovalRuleMutation } from "../../api";
import { Failure } from "../../ui/states";
import { KindInputs, type Kinds } from "./KindInputs";

const FIELDS = ["name", "groups", "types", "topics", "channels", "teams", "contacts"];

interface ApprovalRuleDialogProps {
  rule: RuleView | null;
  names: string[];
  close: () => void;
}

/** Which campaigns a rule is for, and the teams that must approve them. */
export function ApprovalRuleDialog({ rule, names, close }: ApprovalRuleDialogProps) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const teams = useQuery(listTeamsOptions());
  const [name, setName] = useState(rule?.name ?? "");
  const { groups = [], types = [], topics = [], channels = [], teams: saying = [], contacts = 1 } = rule ?? {};
  const [form, setForm] = useState({ groups, types, topics, channels, teams: saying, contacts: Math.max(1, contacts) });
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }));
  const done = {
    onSuccess: async () => {
      close();
      await cache.invalidateQueries();
    },
  };
  const save = useMutation({ ...saveApprovalRuleMutation(), ...done });
  const remove = useMutation({ ...removeApprovalRuleMutation(), ...done });
  const error = save.error ?? remove.error;
  const said = (field: string) => saidOf(error, field);
  const taken = !rule && names.includes(name) ? t`There is already a rule of that name.` : undefined;
  const offered = (teams.data ?? []).map((one) => ({ value: one.name, label: one.title }));
  const submit = () => {
    if (taken) return;
    remove.reset();
    save.mutate({ path: { name }, body: form as RuleForm });
  };
  return (
    <Modal opened onClose={close} size="lg" title={rule ? rule.name : t`New rule`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={t`Name`} required data-autofocus disabled={rule !== null} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} error={taken ?? said("name")} />
            <MultiSelect label={t`Teams that must approve`} required={!form.groups.length} value={form.groups} onChange={(value) => change({ groups: value })} data={offered} error={said("groups")} />
            <MultiSelect label={t`Teams that send`} placeholder={form.teams.length ? undefined : t`any`} value={form.teams} onChange={(value) => change({ teams: value })} data={offered} error={said("teams")} />
            <KindInputs value={form} change={(part: Partial<Kinds>) => change(part)} said={said} />
            <NumberInput label={t`From how many contacts on`} required min={1} value={form.contacts} onChange={(value) => change({ contacts: Number(value) })} error={said("contacts")} />
          </SimpleGrid>
          {error && !FIELDS.some(said) ? <Failure error={error} /> : null}
          <Group justify="space-between">
            {rule ? <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate({ path: { name: rule.name } })}><Trans>Remove</Trans></Button> : <span />}
            <Group>
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button type="submit" loading={save.isPending} disabled={!form.groups.length}><Trans>Save</Trans></Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
