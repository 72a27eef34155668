import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, MultiSelect, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeUserMutation, createUserMutation, listTeamsOptions, type NewUserForm, saidOf, type UserView } from "../../api";
import { type Language, LANGUAGES } from "../../i18n";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { Failure } from "../../ui/states";
import { ROLES, wordOf } from "../../ui/words";
import { GRANTED } from "./rights";

const FIELDS = ["name", "email", "team", "role", "rights", "language"];

/** What is told of a colleague, invited anew or known. */
export function UserDialog({ user, close }: { user: UserView | null; close: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const teams = useQuery(listTeamsOptions());
  const [form, setForm] = useState<NewUserForm>(
    user
      ? { name: user.name, email: user.email, team: user.team, role: user.role, rights: user.rights, language: user.language as Language }
      : { name: "", email: "", team: "", role: "reader", rights: [], language: i18n.locale as Language },
  );
  const change = (part: Partial<NewUserForm>) => setForm((old) => ({ ...old, ...part }));
  const saved = {
    onSuccess: async ({ email }: UserView) => {
      close();
      notifications.show({ message: user ? t`${email} is changed.` : t`An e-mail with the invitation is on its way to ${email}.` });
      await cache.invalidateQueries();
    },
  };
  const create = useMutation({ ...createUserMutation(), ...saved });
  const update = useMutation({ ...changeUserMutation(), ...saved });
  const save = user ? update : create;
  const said = (field: string) => saidOf(save.error, field);
  const submit = () => {
    const { email, ...rest } = form;
    if (user) update.mutate({ path: { email }, body: rest });
    else create.mutate({ body: form });
  };
  return (
    <Modal opened onClose={close} size="lg" title={user ? user.name : t`Invite a colleague`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          {user ? null : <Text size="sm" c="dimmed"><Trans>They get an e-mail with a link to choose their password.</Trans></Text>}
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={t`Name`} required data-autofocus maxLength={1000} value={form.name} onChange={(event) => change({ name: event.currentTarget.value })} error={said("name")} />
            <TextInput type="email" label={t`E-mail`} required disabled={user !== null} maxLength={200} value={form.email} onChange={(event) => change({ email: event.currentTarget.value })} error={said("email")} />
            <Select label={t`Team`} clearable value={form.team || null} onChange={(value) => change({ team: value ?? "" })}
              data={(teams.data ?? []).map((one) => ({ value: one.name, label: one.title }))} error={said("team")} />
            <Select label={t`Role`} required allowDeselect={false} value={form.role} onChange={(value) => change({ role: value ?? "reader" })}
              data={Object.entries(ROLES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} error={said("role")} />
            <MultiSelect label={t`May also`} value={form.rights ?? []} onChange={(rights) => change({ rights })}
              data={Object.keys(GRANTED).map((code) => ({ value: code, label: i18n._(wordOf(GRANTED, code)) }))} error={said("rights")} />
            <Select label={t`Language`} allowDeselect={false} value={form.language} onChange={(value) => change({ language: value as Language })}
              data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))} error={said("language")} />
          </SimpleGrid>
          {save.error && !FIELDS.some(said) ? <Failure error={save.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={save.isPending}>{user ? <Trans>Save</Trans> : <Trans>Invite</Trans>}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
