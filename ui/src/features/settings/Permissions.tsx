import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Table, Text } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listPermissionsOptions, type PermissionView } from "../../api";
import { useSession } from "../../ui/session";
import { Answer, Empty } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { ROLES, wordOf } from "../../ui/words";
import { useKindsTold } from "./KindInputs";
import { PermissionDialog } from "./PermissionDialog";

/** Who may send what to how many, as a table that is edited. */
export function Permissions() {
  const { t } = useLingui();
  const { may } = useSession();
  const permissions = useQuery(listPermissionsOptions());
  const [edited, setEdited] = useState<PermissionView | "new" | null>(null);
  const writes = may("team.write");
  return (
    <>
      <Text mb="md" c="dimmed"><Trans>What no row permits is refused: on screen, by the API and in every command.</Trans></Text>
      {writes ? <Button mb="md" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEdited("new")}><Trans>Permit something</Trans></Button> : null}
      <Answer of={permissions}>
        {(listed) => listed.length ? (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>Who</Trans></Table.Th>
                  <Table.Th><Trans>May send</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>To how many</Trans></Table.Th>
                  {writes ? <Table.Th aria-label={t`Actions`} w={56} /> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map((one) => <Row key={one.id} permission={one} edit={writes ? () => setEdited(one) : undefined} />)}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        ) : <Empty title={t`Nobody may send anything`}>{t`Permit the first thing, and it can be sent from then on.`}</Empty>}
      </Answer>
      {edited ? <PermissionDialog permission={edited === "new" ? null : edited} close={() => setEdited(null)} /> : null}
    </>
  );
}

function Row({ permission, edit }: { permission: PermissionView; edit: (() => void) | undefined }) {
  const { t, i18n } = useLingui();
  const titleOf = useTeamTitle();
  const told = useKindsTold();
  const who = [permission.role ? i18n._(wordOf(ROLES, permission.role)) : t`everybody`, permission.team && titleOf(permission.team)].filter(Boolean).join(" · ");
  const limits = <Limits permission={permission} />;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>{who}</Table.Th>
      <Table.Td>{told(permission)}<Text size="sm" c="dimmed" component="div" hiddenFrom="sm">{limits}</Text></Table.Td>
      <Table.Td visibleFrom="sm">{limits}</Table.Td>
      {edit ? <Table.Td><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Edit what is permitted to ${who}`} onClick={edit}><IconPencil size={18} /></ActionIcon></Table.Td> : null}
    </Table.Tr>
  );
}

function Limits({ permission }: { permission: PermissionView }) {
  const most = permission.most ?? null;
  const daily = permission.per_day ?? null;
  return (
    <>
      {most === null ? <Trans>without limit</Trans> : most === 1 ? <Trans>single messages</Trans> : <Plural value={most} one="up to # contact at once" other="up to # contacts at once" />}
      {daily === null ? null : <>, <Plural value={daily} one="# single message a day" other="# single messages a day" /></>}
    </>
  );
}
