import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group as Row, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { changeSegmentMutation, createSegmentMutation, listChoicesOptions, refusalOf, type SegmentDetail } from "../../api";
import { begun, type Group } from "./rule";
import { RuleEditor } from "./RuleEditor";
import { RulePreview } from "./RulePreview";

const keyOf = (name: string) => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);

/** A segment as it is written: its name, its rule, and what the rule finds. Without a segment, a new one. */
export function SegmentForm({ segment, done }: { segment?: SegmentDetail; done: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const choices = useQuery(listChoicesOptions());
  const [name, setName] = useState(segment?.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? "");
  const [rule, setRule] = useState<Group>(() => (segment?.rule as unknown as Group | undefined) ?? { combinator: "and", rules: [begun("event.")] });
  const saved = async (made: SegmentDetail) => {
    await cache.invalidateQueries();
    notifications.show({ message: t`Saved. Its members are being found.` });
    done();
    await navigate({ to: "/segments/$key", params: { key: made.key } });
  };
  const create = useMutation({ ...createSegmentMutation(), onSuccess: saved });
  const change = useMutation({ ...changeSegmentMutation(), onSuccess: saved });
  const refusal = refusalOf(create.error ?? change.error);
  const sent = { name, description, rule: { ...rule } };
  const save = () => {
    if (segment) change.mutate({ path: { key: segment.key }, body: { ...sent, version: segment.version } });
    else create.mutate({ body: { ...sent, key: keyOf(name) } });
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); save(); }}>
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t`Name`} required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label={t`What it is for`} maxLength={1000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        </SimpleGrid>
        <RuleEditor group={rule} change={setRule} choices={choices.data} />
        <RulePreview rule={rule} />
        {refusal ? <Text c="red" size="sm" role="alert">{refusal.detail}</Text> : null}
        <Row justify="flex-end">
          <Button variant="default" onClick={done}><Trans>Cancel</Trans></Button>
          <Button type="submit" loading={create.isPending || change.isPending}><Trans>Save</Trans></Button>
        </Row>
      </Stack>
    </form>
  );
}
