import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refusalOf, tellPolicy } from "../../api";
import { wordOf } from "../../ui/words";
import { at, FIELDS, KINDS, type Policy, put } from "./kinds";
import { PolicyInput } from "./PolicyInput";

interface PolicyFormProps {
  policy: Policy;
  close: () => void;
  keep: (policy: Policy) => void;
  remove: (() => void) | null;
}

/** A policy while it is written, with the sentence that it would be. Nothing is in force before the list is. */
export function PolicyForm({ policy, close, keep, remove }: PolicyFormProps) {
  const { t, i18n } = useLingui();
  const [written, setWritten] = useState(policy);
  const [asked] = useDebouncedValue(written, 400);
  const sentence = useQuery({
    queryKey: ["sentence", asked],
    queryFn: async () => (await tellPolicy({ body: { policy: asked }, throwOnError: true })).data.sentence,
    enabled: Boolean(asked.name),
    placeholderData: keepPreviousData,
  });
  const refusal = refusalOf(sentence.error);
  const said = (path: string) => (refusal?.field?.replace(/^policies?\[0\]\.?/, "") === path ? refusal.detail : undefined);
  const fields = FIELDS[String(policy.kind)] ?? [];
  const elsewhere = refusal && !["name", ...fields.map((one) => one.name)].some(said);
  return (
    <Modal opened onClose={close} size="lg" title={i18n._(wordOf(KINDS, String(policy.kind)))} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); keep(written); }}>
        <Stack>
          <Text fw={600} role="status" mih={48} c={refusal ? "dimmed" : undefined}>{written.name ? sentence.data : t`Give it a name, and you read it here as a sentence.`}</Text>
          <TextInput label={t`Name`} required value={String(written.name ?? "")} data-autofocus onChange={(event) => setWritten(put(written, "name", event.currentTarget.value))} error={said("name")} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {fields.map((field) => (
              <PolicyInput key={field.name} field={field} value={at(written, field.name)} change={(value) => setWritten((old) => put(old, field.name, value))} error={said(field.name)} />
            ))}
          </SimpleGrid>
          {elsewhere ? <Alert color="red" role="alert">{refusal.detail}</Alert> : null}
          <Group justify="space-between">
            {remove ? <Button variant="subtle" color="red" onClick={remove}><Trans>Remove</Trans></Button> : <span />}
            <Group>
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button type="submit" disabled={refusal !== null || !written.name}><Trans>Keep for now</Trans></Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
