import { Trans } from "@lingui/react/macro";
import { Alert, Button, Center, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconCloudOff, IconLock, IconMoodEmpty } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { refusalOf } from "../api";

/** What stands where something is still coming. */
export function Loading() {
  return (
    <Center mih={160} role="status">
      <Group gap="sm">
        <Loader size="sm" />
        <Text c="dimmed"><Trans>Loading …</Trans></Text>
      </Group>
    </Center>
  );
}

/** Why something could not be shown, in the words of the API, and how to ask again. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const refusal = refusalOf(error);
  const forbidden = refusal?.status === 403;
  const missing = refusal?.status === 404;
  return (
    <Alert
      role="alert"
      color={forbidden || missing ? "gray" : "red"}
      icon={forbidden ? <IconLock /> : missing ? <IconMoodEmpty /> : <IconCloudOff />}
      title={forbidden ? <Trans>You may not see this</Trans> : missing ? <Trans>This is not here</Trans> : <Trans>This did not work</Trans>}
      my="md"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{refusal?.detail ?? <Trans>Pauta does not answer. Check your connection, then try again.</Trans>}</Text>
        {again && !forbidden && !missing ? <Button size="xs" variant="default" onClick={again}><Trans>Try again</Trans></Button> : null}
      </Stack>
    </Alert>
  );
}

/** What stands where there is nothing yet, and what to do about it. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <Center mih={160} p="lg" className="paper" style={{ borderStyle: "dashed" }}>
      <Stack align="center" gap="xs" maw={480} ta="center">
        <IconMoodEmpty size={28} stroke={1.4} aria-hidden />
        <Text fw={600}>{title}</Text>
        {children ? <Text c="dimmed" size="sm" component="div">{children}</Text> : null}
      </Stack>
    </Center>
  );
}

/** The page of an address that leads nowhere. */
export function NotFound() {
  return (
    <Stack align="center" py={80} px="md">
      <Title order={1}><Trans>There is no such page</Trans></Title>
      <Link to="/" search={{}}><Trans>Back to the calendar</Trans></Link>
    </Stack>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** What was asked of the server once it is there; before that, or when it failed, what stands in its place. */
export function Answer<T>({ of, children }: { of: Asked<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failure error={of.error} again={() => void of.refetch()} />;
  return <Loading />;
}
