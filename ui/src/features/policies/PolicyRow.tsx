import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Badge, Box, Group, Switch, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPencil } from "@tabler/icons-react";
import { wordOf } from "../../ui/words";
import { KINDS, type Policy } from "./kinds";

interface PolicyRowProps {
  policy: Policy;
  sentence: string;
  editable: boolean;
  edit: () => void;
  turn: (active: boolean) => void;
  up: (() => void) | undefined;
  down: (() => void) | undefined;
}

/** A policy as the sentence that it is. */
export function PolicyRow({ policy, sentence, editable, edit, turn, up, down }: PolicyRowProps) {
  const { t, i18n } = useLingui();
  const name = String(policy.name);
  const active = policy.active !== false;
  return (
    <Group className="paper" px="md" py="sm" gap="md" align="flex-start" component="article" aria-label={name}>
      <Box style={{ flex: "1 1 16rem", minWidth: 0 }}>
        <Text c={active ? undefined : "dimmed"} fw={500}>{sentence}</Text>
        <Group gap="xs" mt={4}>
          <Badge variant="default" tt="none" fw={500}>{i18n._(wordOf(KINDS, String(policy.kind)))}</Badge>
          <Text size="sm" c="dimmed">{name}</Text>
        </Group>
      </Box>
      {editable ? (
        <Group gap={4} wrap="nowrap">
          <Switch checked={active} aria-label={t`“${name}” is in force`} onChange={(event) => turn(event.currentTarget.checked)} />
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Edit “${name}”`} onClick={edit}><IconPencil size={18} /></ActionIcon>
          <ActionIcon variant="subtle" color="gray" size="lg" disabled={!up} aria-label={t`Move “${name}” up`} onClick={up}><IconArrowUp size={18} /></ActionIcon>
          <ActionIcon variant="subtle" color="gray" size="lg" disabled={!down} aria-label={t`Move “${name}” down`} onClick={down}><IconArrowDown size={18} /></ActionIcon>
        </Group>
      ) : active ? null : <Badge variant="default" tt="none"><Trans>switched off</Trans></Badge>}
    </Group>
  );
}
