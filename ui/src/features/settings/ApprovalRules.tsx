import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Alert, Box, Button, Group, Stack, Text } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listApprovalRulesOptions, type RuleView } from "../../api";
import { useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Answer, Empty } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { ApprovalRuleDialog } from "./ApprovalRuleDialog";
import { useKindsTold } from "./KindInputs";

/** Which campaigns need whose approval. */
export function ApprovalRules() {
  const { t } = useLingui();
  const { may } = useSession();
  const rules = useQuery(listApprovalRulesOptions());
  const [edited, setEdited] = useState<RuleView | "new" | null>(null);
  const writes = may("policies.write");
  return (
    <>
      <Text mb="md" c="dimmed"><Trans>A campaign that a rule applies to can be launched once every team of the rule has approved it. Nobody approves their own.</Trans></Text>
      {writes ? <Button mb="md" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEdited("new")}><Trans>New rule</Trans></Button> : null}
      <Answer of={rules}>
        {(listed) => (
          <>
            {listed.length ? (
              <Stack gap="xs">{listed.map((one) => <Row key={one.name} rule={one} edit={writes ? () => setEdited(one) : undefined} />)}</Stack>
            ) : <Empty title={t`No rule yet`}>{t`Every campaign may be launched without an approval.`}</Empty>}
            {edited ? <ApprovalRuleDialog rule={edited === "new" ? null : edited} names={listed.map((one) => one.name)} close={() => setEdited(null)} /> : null}
          </>
        )}
      </Answer>
    </>
  );
}

function Row({ rule, edit }: { rule: RuleView; edit: (() => void) | undefined }) {
  const { t } = useLingui();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const told = useKindsTold();
  const { name } = rule;
  const groups = formats.list(rule.groups.map(titleOf));
  return (
    <Group className="paper" px="md" py="sm" gap="md" align="flex-start" component="article" aria-label={name} wrap="nowrap">
      <Box style={{ flex: 1, minWidth: 0 }}>
        <Text fw={600}>{name}</Text>
        {rule.readable ? (
          <>
            <Text size="sm"><Trans>Needs: {groups}</Trans></Text>
            <Text size="sm" c="dimmed">
              {told(rule)} · {rule.teams.length ? rule.teams.map(titleOf).join(", ") : t`every team`} · {rule.contacts > 1 ? <Plural value={rule.contacts} one="from # contact on" other="from # contacts on" /> : t`any size`}
            </Text>
          </>
        ) : <Alert color="red" py="xs" mt="xs"><Trans>This rule cannot be read, so no campaign is launched. Write it again or remove it.</Trans></Alert>}
      </Box>
      {edit ? <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Edit “${name}”`} onClick={edit}><IconPencil size={18} /></ActionIcon> : null}
    </Group>
  );
}
