import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Badge, Box, Group, Stack, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { listPoliciesOptions, listPoliciesQueryKey, type PoliciesView, type PolicyView, replacePoliciesMutation } from "../../api";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer, Empty, Failure } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { KINDS } from "./kinds";

/** The policies in force, as sentences in the order in which they stand. */
export function PoliciesPage() {
  const { t } = useLingui();
  const policies = useQuery(listPoliciesOptions());
  return (
    <Page title={t`Policies`} lead={<Trans>What every message must obey, whoever sends it. Transactional messages are held by dates, address and channel only.</Trans>}>
      <Answer of={policies}>
        {(shown) => (shown.policies.length ? <Listed shown={shown} /> : <Empty title={t`No policy yet`}>{t`Without policies only consent, addresses and preferences hold messages back.`}</Empty>)}
      </Answer>
    </Page>
  );
}

function Listed({ shown }: { shown: PoliciesView }) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const save = useMutation({
    ...replacePoliciesMutation(),
    onSuccess: (saved) => {
      cache.setQueryData(listPoliciesQueryKey(), saved);
      notifications.show({ message: t`Version ${saved.version} is in force. What is planned is looked at again.` });
    },
    onError: () => cache.invalidateQueries({ queryKey: listPoliciesQueryKey() }),
  });
  const put = (policies: PolicyView["policy"][]) => save.mutate({ body: { version: shown.version, policies } });
  const all = shown.policies.map((one) => one.policy);
  const swap = (index: number, other: number) => {
    const next = [...all];
    [next[index], next[other]] = [next[other] ?? {}, next[index] ?? {}];
    put(next);
  };
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed"><Trans>Version {shown.version}</Trans></Text>
      {save.error ? <Failure error={save.error} /> : null}
      {shown.policies.map((one, index) => (
        <Policy
          key={String(one.policy.name)} view={one} editable={may("policies.write")} busy={save.isPending}
          turn={(active) => put(all.map((policy, at) => (at === index ? { ...policy, active } : policy)))}
          up={index > 0 ? () => swap(index, index - 1) : undefined}
          down={index < all.length - 1 ? () => swap(index, index + 1) : undefined}
        />
      ))}
    </Stack>
  );
}

interface PolicyProps {
  view: PolicyView;
  editable: boolean;
  busy: boolean;
  turn: (active: boolean) => void;
  up: (() => void) | undefined;
  down: (() => void) | undefined;
}

function Policy({ view, editable, busy, turn, up, down }: PolicyProps) {
  const { t, i18n } = useLingui();
  const name = String(view.policy.name);
  const active = view.policy.active !== false;
  return (
    <Group className="paper" px="md" py="sm" gap="md" wrap="nowrap" align="flex-start">
      <Box style={{ flex: 1, minWidth: 0 }}>
        <Text c={active ? undefined : "dimmed"} fw={500}>{view.sentence}</Text>
        <Group gap="xs" mt={4}>
          <Badge variant="default" tt="none" fw={500}>{i18n._(wordOf(KINDS, String(view.policy.kind)))}</Badge>
          <Text size="sm" c="dimmed">{name}</Text>
        </Group>
      </Box>
      {editable ? (
        <Group gap={4} wrap="nowrap">
          <Switch checked={active} disabled={busy} aria-label={t`“${name}” is in force`} onChange={(event) => turn(event.currentTarget.checked)} />
          <ActionIcon variant="subtle" color="gray" size="lg" disabled={!up || busy} aria-label={t`Move “${name}” up`} onClick={up}><IconArrowUp size={18} /></ActionIcon>
          <ActionIcon variant="subtle" color="gray" size="lg" disabled={!down || busy} aria-label={t`Move “${name}” down`} onClick={down}><IconArrowDown size={18} /></ActionIcon>
        </Group>
      ) : active ? null : <Badge variant="default" tt="none"><Trans>switched off</Trans></Badge>}
    </Group>
  );
}
