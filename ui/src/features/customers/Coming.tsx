import { Trans } from "@lingui/react/macro";
import { Alert, Button, Stack } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useState } from "react";
import type { StripsView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Empty } from "../../ui/states";
import { WhyMessage } from "../../ui/WhyMessage";
import { StandingHold } from "./Holds";

const AT_FIRST = 8;

/** The messages to come with the days that are closed to them, and the conditions that stand. */
export function Coming({ told, nothing, named = false }: { told: StripsView; nothing: string; named?: boolean }) {
  const formats = useFormats();
  const [all, setAll] = useState(false);
  const shown = all ? told.messages : told.messages.slice(0, AT_FIRST);
  return (
    <Stack gap="sm">
      {told.conditions.map((one) => (
        <Alert key={`${one.name} ${one.began_at}`} color="yellow" icon={<IconHandStop />} py="xs">
          <Trans>“{one.name}” has applied since {formats.moment(one.began_at)}; policies may hold messages because of it.</Trans>
        </Alert>
      ))}
      {told.holds.map((one) => <StandingHold key={one.id} hold={one} ofContact={!named} />)}
      {shown.map((one) => <WhyMessage key={one.message.id} told={one} rules={told.rules} named={named} />)}
      {told.messages.length ? null : <Empty title={nothing} />}
      {shown.length < told.messages.length ? (
        <Button variant="default" onClick={() => setAll(true)}><Trans>Show all {told.messages.length}</Trans></Button>
      ) : null}
    </Stack>
  );
}
