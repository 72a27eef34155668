import { Trans, useLingui } from "@lingui/react/macro";
import { Button, PasswordInput, SegmentedControl, Select, Stack, Text, useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeSessionMutation, saidOf } from "../../api";
import { type Language, LANGUAGES, speak } from "../../i18n";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { useSession } from "../../ui/session";
import { useTeamTitle } from "../../ui/teams";
import { Failure } from "../../ui/states";

/** Language, appearance and password of who sits here. */
export function You() {
  const { t, i18n } = useLingui();
  const { session } = useSession();
  const titleOf = useTeamTitle();
  const cache = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const change = useMutation(changeSessionMutation());

  async function choose(language: Language) {
    await speak(language);
    await change.mutateAsync({ body: { language } });
    await cache.invalidateQueries();
  }

  return (
    <Stack maw={420} gap="lg">
      <div>
        <Text fw={600}>{session?.name}</Text>
        <Text size="sm" c="dimmed">{[session?.email, titleOf(session?.team ?? "")].filter(Boolean).join(" · ")}</Text>
      </div>
      <Select label={t`Language`} value={i18n.locale} allowDeselect={false} onChange={(value) => void choose(value as Language)}
        data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))} />
      <div>
        <Text size="sm" fw={600} id="appearance" mb={4}><Trans>Appearance</Trans></Text>
        <SegmentedControl aria-labelledby="appearance" value={colorScheme} onChange={(value) => setColorScheme(value as typeof colorScheme)} fullWidth
          data={[{ value: "auto", label: t`As the device` }, { value: "light", label: t`Light` }, { value: "dark", label: t`Dark` }]} />
      </div>
      {session?.kind === "user" ? <Password /> : null}
    </Stack>
  );
}

function Password() {
  const { t } = useLingui();
  const [current, setCurrent] = useState("");
  const [wished, setWished] = useState("");
  const change = useMutation({
    ...changeSessionMutation(),
    onSuccess: () => {
      setCurrent("");
      setWished("");
      notifications.show({ message: t`The password is changed. All other browsers are signed out.` });
    },
  });
  const atField = saidOf(change.error, "password") ?? saidOf(change.error, "current_password");
  const visibility = { "aria-label": t`Show or hide the password` };
  return (
    <form onSubmit={(event) => { event.preventDefault(); change.mutate({ body: { password: wished, current_password: current } }); }}>
      <Stack>
        <PasswordInput label={t`Current password`} autoComplete="current-password" required value={current} visibilityToggleButtonProps={visibility}
          onChange={(event) => setCurrent(event.currentTarget.value)} error={saidOf(change.error, "current_password")} />
        <PasswordInput label={t`New password`} autoComplete="new-password" required value={wished} visibilityToggleButtonProps={visibility}
          onChange={(event) => setWished(event.currentTarget.value)} error={saidOf(change.error, "password")} />
        {change.error && !atField ? <Failure error={change.error} /> : null}
        <Button type="submit" variant="default" loading={change.isPending}><Trans>Change the password</Trans></Button>
      </Stack>
    </form>
  );
}
