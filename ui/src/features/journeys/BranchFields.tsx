import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type Share, stepsOf, type Way } from "./document";
import { RuleInput } from "./RuleInput";
import { FIRST, ruleOf } from "./rules";
import type { FieldsProps } from "./StepFields";
import { DID } from "./words";

const BOX = { border: "1px solid var(--line)", borderRadius: "var(--mantine-radius-md)" };

/** The ways of a branch, asked in this order. */
export function BranchFields({ step, change, said, journey }: FieldsProps) {
  const ways = step.ways ?? [];
  const put = (next: Way[]) => change({ ways: next });
  return (
    <Stack>
      <Text size="sm" c="dimmed"><Trans>The first condition that holds decides; everybody else takes the last way.</Trans></Text>
      {ways.map((way, at) => (
        <WayFields key={at} way={way} number={at + 1} change={(part) => put(ways.map((old, index) => (index === at ? { ...old, ...part } : old)))} remove={ways.length > 1 ? () => put(ways.filter((_, index) => index !== at)) : null}
          said={(field) => said(`ways[${at}]${field}`)} messages={stepsOf(journey).filter((one) => one.kind === "message" && one.id !== step.id).map((one) => ({ value: one.id, label: one.label || one.template || one.id }))} />
      ))}
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...ways, {}])}><Trans>Add a way</Trans></Button>
    </Stack>
  );
}

interface WayFieldsProps {
  way: Way;
  number: number;
  change: (part: Partial<Way>) => void;
  remove: (() => void) | null;
  said: (field: string) => string | undefined;
  messages: { value: string; label: string }[];
}

function WayFields({ way, number, change, remove, said, messages }: WayFieldsProps) {
  const { t, i18n } = useLingui();
  const kind = way.message ? "message" : "rule";
  return (
    <Stack gap="xs" p="sm" style={BOX} role="group" aria-label={t`Way ${number}`}>
      <Group justify="space-between" wrap="nowrap">
        <TextInput aria-label={t`Name of way ${number}`} placeholder={t`Name of the way`} maxLength={200} value={way.label ?? ""} onChange={(event) => change({ label: event.currentTarget.value || undefined })} style={{ flex: 1 }} />
        <ActionIcon variant="subtle" color="gray" aria-label={t`Remove way ${number}`} disabled={!remove} onClick={() => remove?.()}><IconTrash size={16} /></ActionIcon>
      </Group>
      <SegmentedControl aria-label={t`What way ${number} asks`} size="xs" value={kind} data={[{ value: "rule", label: t`who the contact is` }, { value: "message", label: t`what it did with a message`, disabled: !messages.length }]}
        onChange={(chosen) => change(chosen === "message" ? { rule: undefined, message: messages[0]?.value, did: "opened" } : { rule: ruleOf("and", [FIRST]), message: undefined, did: undefined })} />
      {kind === "message" ? (
        <Group grow gap="xs">
          <Select aria-label={t`Message`} allowDeselect={false} data={messages} value={way.message ?? null} onChange={(message) => change({ message: message ?? "" })} error={said(".message")} />
          <Select aria-label={t`What became of it`} allowDeselect={false} data={Object.entries(DID).map(([value, word]) => ({ value, label: i18n._(word) }))} value={way.did ?? "opened"} onChange={(did) => change({ did: did ?? "opened" })} />
        </Group>
      ) : way.rule ? (
        <RuleInput label={t`Condition of way ${number}`} value={way.rule} change={(rule) => change({ rule })} error={said(".rule") ?? said("")} />
      ) : (
        <>
          <Button variant="light" size="compact-sm" w="fit-content" onClick={() => change({ rule: ruleOf("and", [FIRST]) })}><Trans>Add a condition</Trans></Button>
          {said("") ? <Text size="sm" c="red" role="alert">{said("")}</Text> : null}
        </>
      )}
    </Stack>
  );
}

/** The parts of a split. */
export function SplitFields({ step, change, said }: FieldsProps) {
  const { t } = useLingui();
  const shares = step.shares ?? [];
  const put = (next: Share[]) => change({ shares: next });
  return (
    <Stack>
      <Text size="sm" c="dimmed"><Trans>Chance decides; who comes again takes the same way.</Trans></Text>
      {shares.map((share, at) => {
        const number = at + 1;
        const part = (next: Partial<Share>) => put(shares.map((old, index) => (index === at ? { ...old, ...next } : old)));
        return (
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput aria-label={t`Name of part ${number}`} placeholder={t`Name of the way`} maxLength={200} value={share.label ?? ""} onChange={(event) => part({ label: event.currentTarget.value || undefined })} style={{ flex: 1 }} />
            <NumberInput aria-label={t`Percent of part ${number}`} w={100} min={0} max={100} suffix=" %" value={share.percent ?? 50} onChange={(percent) => part({ percent: Number(percent) })} />
            <ActionIcon variant="subtle" color="gray" aria-label={t`Remove part ${number}`} disabled={shares.length < 2} onClick={() => put(shares.filter((_, index) => index !== at))}><IconTrash size={16} /></ActionIcon>
          </Group>
        );
      })}
      {said("shares") ? <Text size="sm" c="red" role="alert">{said("shares")}</Text> : null}
      <Button variant="default" size="compact-sm" w="fit-content" onClick={() => put([...shares, { percent: Math.max(0, 100 - shares.reduce((sum, one) => sum + (one.percent ?? 50), 0)) }])}><Trans>Add a part</Trans></Button>
    </Stack>
  );
}
