import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import {
  type DemoAccountView, getSessionQueryKey, listDemoAccountsOptions, refusalOf, saidOf, signInMutation,
} from "../../api";
import { ROLES, wordOf } from "../../ui/words";
import { Doorway } from "./Doorway";

const route = getRouteApi("/sign-in");

/** Where one signs in; in the demonstration with an account of each role to choose from. */
export function SignInPage() {
  const { t } = useLingui();
  const { next } = route.useSearch();
  const router = useRouter();
  const cache = useQueryClient();
  const demo = useQuery(listDemoAccountsOptions());
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    ...signInMutation(),
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(getSessionQueryKey(), session);
      router.history.push(next?.startsWith("/") && !next.startsWith("//") ? next : "/");
    },
  });
  const refusal = refusalOf(enter.error);
  const atField = saidOf(enter.error, "email") ?? saidOf(enter.error, "password");
  return (
    <Doorway title={t`Sign in`}>
      <form onSubmit={(event) => { event.preventDefault(); enter.mutate({ body: { email, password } }); }}>
        <Stack>
          {enter.error && !atField ? (
            <Alert color="red" role="alert">{refusal?.detail ?? <Trans>Pauta does not answer. Check your connection, then try again.</Trans>}</Alert>
          ) : null}
          <TextInput label={t`E-mail`} type="email" autoComplete="username" required value={email} data-autofocus
            onChange={(event) => setEmail(event.currentTarget.value)} error={saidOf(enter.error, "email")} />
          <PasswordInput label={t`Password`} autoComplete="current-password" required value={password}
            visibilityToggleButtonProps={{ "aria-label": t`Show or hide the password` }}
            onChange={(event) => setPassword(event.currentTarget.value)} error={saidOf(enter.error, "password")} />
          <Button type="submit" loading={enter.isPending}><Trans>Sign in</Trans></Button>
          <Link to="/password"><Trans>Forgot your password?</Trans></Link>
        </Stack>
      </form>
      {demo.data?.length ? <DemoAccounts accounts={demo.data} choose={(one) => enter.mutate({ body: { email: one.email, password: one.password } })} /> : null}
    </Doorway>
  );
}

function DemoAccounts({ accounts, choose }: { accounts: DemoAccountView[]; choose: (one: DemoAccountView) => void }) {
  const { t, i18n } = useLingui();
  const told = (one: DemoAccountView) => {
    const role = i18n._(wordOf(ROLES, one.role));
    const team = one.team_title.toLowerCase() === role.toLowerCase() ? "" : one.team_title;
    return [role, team, one.approves ? t`approves campaigns` : ""].filter(Boolean).join(" · ");
  };
  return (
    <Stack gap="xs" mt="xl">
      <Title order={2} fz="md"><Trans>This is the demonstration</Trans></Title>
      <Text size="sm" c="dimmed"><Trans>The company and its people are invented, and no e-mail leaves this machine. Sign in as one of them:</Trans></Text>
      {accounts.map((one) => (
        <UnstyledButton key={one.email} className="paper" p="xs" px="sm" onClick={() => choose(one)}>
          <Text fw={600} size="sm">{one.name}</Text>
          <Text size="sm" c="dimmed">{told(one)}</Text>
        </UnstyledButton>
      ))}
    </Stack>
  );
}
