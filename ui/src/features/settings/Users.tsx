import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listUsersOptions } from "../../api";
import { Answer } from "../../ui/states";
import { ROLES, wordOf } from "../../ui/words";

/** The colleagues who can sign in, by team. */
export function Users() {
  const { i18n } = useLingui();
  const users = useQuery(listUsersOptions());
  return (
    <Answer of={users}>
      {(listed) => (
        <Table.ScrollContainer minWidth={320} className="paper">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th><Trans>Name</Trans></Table.Th>
                <Table.Th><Trans>Team</Trans></Table.Th>
                <Table.Th><Trans>Role</Trans></Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {listed.map((one) => (
                <Table.Tr key={one.email}>
                  <Table.Th scope="row" fw={600}>
                    {one.name} {one.disabled_at ? <Badge variant="light" color="gray" tt="none"><Trans>disabled</Trans></Badge> : null}
                    <Text size="sm" c="dimmed">{one.email}</Text>
                  </Table.Th>
                  <Table.Td>{one.team}</Table.Td>
                  <Table.Td>{i18n._(wordOf(ROLES, one.role))}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Answer>
  );
}
