import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Menu, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listPoliciesOptions, listPoliciesQueryKey, type PoliciesView, previewPoliciesMutation, replacePoliciesMutation } from "../../api";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { KINDS, type Policy, STARTS } from "./kinds";
import { Pending } from "./Pending";
import { PolicyForm } from "./PolicyForm";
import { PolicyRow } from "./PolicyRow";
import { Replanning } from "./Replanning";

const SOON = 2_000;

/** The policies in force, as sentences in the order in which they stand. */
export function PoliciesPage() {
  const { t } = useLingui();
  const policies = useQuery({ ...listPoliciesOptions(), refetchInterval: (query) => (query.state.data?.replanning ? SOON : false) });
  return (
    <Page title={t`Policies`} lead={<Trans>What every message must obey, whoever sends it. Transactional messages are held by dates, address and channel only.</Trans>}>
      <Answer of={policies}>
        {(shown) => (
          <>
            {shown.policies.length ? null : <Text mb="md"><Trans>No policy yet: only consent, addresses and preferences hold messages back.</Trans></Text>}
            {shown.replanning ? <Replanning {...shown.replanning} /> : null}
            <Listed shown={shown} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function Listed({ shown }: { shown: PoliciesView }) {
  const { t, i18n } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const [draft, setDraft] = useState<Policy[] | null>(null);
  const [edited, setEdited] = useState<{ index: number; policy: Policy } | null>(null);
  const all = draft ?? shown.policies.map((one) => one.policy);
  const preview = useMutation(previewPoliciesMutation());
  const save = useMutation({
    ...replacePoliciesMutation(),
    onSuccess: async (saved) => {
      setDraft(null);
      preview.reset();
      cache.setQueryData(listPoliciesQueryKey(), saved);
      notifications.show({ message: t`Version ${saved.version} is in force. What is planned is looked at again.` });
      await cache.invalidateQueries();
    },
  });
  const put = (policies: Policy[]) => {
    setDraft(policies);
    preview.mutate({ body: { policies } });
  };
  const replaced = (index: number, policy: Policy) => (index < all.length ? all.map((one, at) => (at === index ? policy : one)) : [...all, policy]);
  const swapped = (index: number) => all.map((one, at) => (at === index ? (all[index - 1] ?? one) : at === index - 1 ? (all[index] ?? one) : one));
  const sentences = new Map([...shown.policies, ...(preview.data?.policies ?? [])].map((one) => [JSON.stringify({ ...one.policy, id: 0 }), one.sentence]));
  const sentenceOf = (policy: Policy) => sentences.get(JSON.stringify({ ...policy, id: 0 })) ?? preview.data?.policies.find((one) => one.policy.name === policy.name)?.sentence ?? String(policy.name);
  const editable = may("policies.write");
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed"><Trans>Version {shown.version}</Trans></Text>
        {editable ? (
          <Menu>
            <Menu.Target><Button leftSection={<IconPlus size={18} aria-hidden />}><Trans>New policy</Trans></Button></Menu.Target>
            <Menu.Dropdown>
              {Object.entries(STARTS).map(([kind, start]) => <Menu.Item key={kind} onClick={() => setEdited({ index: all.length, policy: start })}>{i18n._(wordOf(KINDS, kind))}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </Group>
      {draft ? (
        <Pending preview={preview} save={save} discard={() => { setDraft(null); preview.reset(); save.reset(); }} confirm={() => save.mutate({ body: { version: shown.version, policies: draft } })} />
      ) : null}
      {all.map((policy, index) => (
        <PolicyRow
          key={String(policy.name)} policy={policy} sentence={sentenceOf(policy)} editable={editable}
          edit={() => setEdited({ index, policy })}
          turn={(active) => put(replaced(index, { ...policy, active }))}
          up={index > 0 ? () => put(swapped(index)) : undefined}
          down={index < all.length - 1 ? () => put(swapped(index + 1)) : undefined}
        />
      ))}
      {edited ? (
        <PolicyForm
          policy={edited.policy} close={() => setEdited(null)}
          keep={(policy) => { put(replaced(edited.index, policy)); setEdited(null); }}
          remove={edited.index < all.length ? () => { put(all.filter((_, at) => at !== edited.index)); setEdited(null); } : null}
        />
      ) : null}
    </Stack>
  );
}
