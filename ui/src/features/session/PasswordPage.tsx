import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { askResetMutation, choosePasswordMutation, getLink, getSessionQueryKey, saidOf } from "../../api";
import { Answer, Failure } from "../../ui/states";
import { Doorway } from "./Doorway";

/** The token of a link stands behind its #, so that no server on the way writes it down. */
const token = () => window.location.hash.slice(1);

/** Where the links of invitations and of new passwords lead; without one, where a link is asked for. */
export function PasswordPage() {
  const { t } = useLingui();
  return <Doorway title={t`Choose a password`}>{token() ? <ChoosePassword /> : <AskForLink />}</Doorway>;
}

function ChoosePassword() {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const whose = useQuery({
    queryKey: ["link", token()],
    queryFn: async () => (await getLink({ body: { token: token() }, throwOnError: true })).data,
    retry: false,
  });
  const choose = useMutation({
    ...choosePasswordMutation(),
    onSuccess: async (session) => {
      cache.clear();
      cache.setQueryData(getSessionQueryKey(), session);
      await navigate({ to: "/", search: {} });
    },
  });
  return (
    <Answer of={whose}>
      {(person) => (
        <form onSubmit={(event) => { event.preventDefault(); choose.mutate({ body: { token: token(), password } }); }}>
          <Stack>
            <Text size="sm"><Trans>{person.name}, choose a password for {person.email}.</Trans></Text>
            <PasswordInput label={t`New password`} autoComplete="new-password" required value={password}
              visibilityToggleButtonProps={{ "aria-label": t`Show or hide the password` }}
              onChange={(event) => setPassword(event.currentTarget.value)} error={saidOf(choose.error, "password")} />
            {choose.error && !saidOf(choose.error, "password") ? <Failure error={choose.error} /> : null}
            <Button type="submit" loading={choose.isPending}><Trans>Save and sign in</Trans></Button>
          </Stack>
        </form>
      )}
    </Answer>
  );
}

function AskForLink() {
  const { t } = useLingui();
  const [email, setEmail] = useState("");
  const ask = useMutation(askResetMutation());
  if (ask.isSuccess) {
    return (
      <Stack>
        <Alert role="status"><Trans>If {email} belongs to somebody here, an e-mail with a link is on its way.</Trans></Alert>
        <Link to="/sign-in" search={{}}><Trans>Back to signing in</Trans></Link>
      </Stack>
    );
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); ask.mutate({ body: { email } }); }}>
      <Stack>
        <Text size="sm"><Trans>We will send you an e-mail with a link to choose a new one.</Trans></Text>
        <TextInput label={t`E-mail`} type="email" autoComplete="username" required value={email}
          onChange={(event) => setEmail(event.currentTarget.value)} error={saidOf(ask.error, "email")} />
        {ask.error && !saidOf(ask.error, "email") ? <Failure error={ask.error} /> : null}
        <Button type="submit" loading={ask.isPending}><Trans>Send the link</Trans></Button>
        <Link to="/sign-in" search={{}}><Trans>Back to signing in</Trans></Link>
      </Stack>
    </form>
  );
}
