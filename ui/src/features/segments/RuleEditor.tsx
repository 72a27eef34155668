import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group as Row, Paper, Select, Stack } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ChoicesView } from "../../api";
import { begun, type Group, isGroup, type Test } from "./rule";
import { TestRow } from "./TestRow";

interface RuleEditorProps {
  group: Group;
  change: (group: Group) => void;
  choices: ChoicesView | undefined;
  /** Null for the outermost group, which stays. */
  remove?: (() => void) | null;
  depth?: number;
}

const DEEPEST = 3;

/** A group of tests: which of them must hold, and groups within it. */
export function RuleEditor({ group, change, choices, remove = null, depth = 1 }: RuleEditorProps) {
  const { t } = useLingui();
  const put = (rules: (Group | Test)[]) => change({ ...group, rules });
  const replaced = (index: number, part: Group | Test) => put(group.rules.map((old, at) => (at === index ? part : old)));
  const without = (index: number) => (group.rules.length > 1 ? () => put(group.rules.filter((_, at) => at !== index)) : null);
  const wanted = `${group.not ? "not-" : ""}${group.combinator}`;
  return (
    <Paper withBorder p="sm" bg={depth % 2 ? undefined : "var(--mantine-color-default-hover)"} role="group" aria-label={t`Group of rules`}>
      <Stack gap="sm">
        <Row justify="space-between">
          <Select aria-label={t`Which of them must hold`} w={280} maw="100%" allowDeselect={false} value={wanted}
            onChange={(value) => change({ ...group, combinator: value?.endsWith("or") ? "or" : "and", not: value?.startsWith("not-") ?? false })}
            data={[{ value: "and", label: t`All of these hold` }, { value: "or", label: t`At least one of these holds` }, { value: "not-or", label: t`None of these holds` }, { value: "not-and", label: t`Not all of these hold` }]} />
          {remove ? <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}><Trans>Remove the group</Trans></Button> : null}
        </Row>
        {group.rules.map((part, index) =>
          isGroup(part) ? (
            <RuleEditor key={index} group={part} change={(next) => replaced(index, next)} choices={choices} remove={without(index)} depth={depth + 1} />
          ) : (
            <TestRow key={index} test={part} change={(next) => replaced(index, next)} choices={choices} remove={without(index)} />
          ),
        )}
        <Row gap="xs">
          <Button variant="default" size="compact-sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => put([...group.rules, begun("contact.country")])}><Trans>Add a rule</Trans></Button>
          {depth < DEEPEST ? <Button variant="subtle" size="compact-sm" onClick={() => put([...group.rules, { combinator: "or", rules: [begun("contact.country")] }])}><Trans>Add a group</Trans></Button> : null}
        </Row>
      </Stack>
    </Paper>
  );
}
