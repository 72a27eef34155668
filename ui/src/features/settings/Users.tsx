import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Badge, Button, Group, Menu, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { disableUserMutation, enableUserMutation, inviteUserMutation, listUsersOptions, type UserView } from "../../api";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { ROLES, wordOf } from "../../ui/words";
import { GRANTED } from "./rights";
import { UserDialog } from "./UserDialog";

/** The colleagues who can sign in, by team: invited, changed, disabled. */
export function Users() {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const users = useQuery(listUsersOptions());
  const [edited, setEdited] = useState<UserView | "new" | null>(null);
  const done = (said: (user: UserView) => string) => ({
    onSuccess: async (user: UserView) => {
      notifications.show({ message: said(user) });
      await cache.invalidateQueries({ queryKey: listUsersOptions().queryKey });
    },
  });
  const invite = useMutation({ ...inviteUserMutation(), ...done(({ email, has_password }) => (has_password ? t`An e-mail with a link for a new password is on its way to ${email}.` : t`An e-mail with the invitation is on its way to ${email}.`)) });
  const disable = useMutation({ ...disableUserMutation(), ...done(({ email }) => t`${email} can no longer sign in.`) });
  const enable = useMutation({ ...enableUserMutation(), ...done(({ email }) => t`${email} can sign in again.`) });
  const all = [invite, disable, enable];
  const failed = all.find((one) => one.error)?.error;
  const run = (one: typeof invite | typeof disable | typeof enable, email: string) => {
    all.forEach((other) => other.reset());
    one.mutate({ path: { email } });
  };
  const writes = may("team.write");
  return (
    <>
      {writes ? <Button mb="md" leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setEdited("new")}><Trans>Invite a colleague</Trans></Button> : null}
      {failed ? <Failure error={failed} /> : null}
      <Answer of={users}>
        {(listed) => (
          <Table.ScrollContainer minWidth={320} className="paper">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th><Trans>Name</Trans></Table.Th>
                  <Table.Th visibleFrom="sm"><Trans>Team</Trans></Table.Th>
                  <Table.Th><Trans>Role</Trans></Table.Th>
                  {writes ? <Table.Th aria-label={t`Actions`} w={56} /> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {listed.map((one) => (
                  <Row key={one.email} user={one}>
                    {writes ? (
                      <UserMenu user={one} edit={() => setEdited(one)} invite={() => run(invite, one.email)} turn={() => run(one.disabled_at ? enable : disable, one.email)} />
                    ) : null}
                  </Row>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Answer>
      {edited ? <UserDialog user={edited === "new" ? null : edited} close={() => setEdited(null)} /> : null}
    </>
  );
}

function Row({ user, children }: { user: UserView; children: React.ReactNode }) {
  const { i18n } = useLingui();
  const titleOf = useTeamTitle();
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>
        <Group gap="xs">
          {user.name}
          {user.disabled_at ? <Badge variant="default" tt="none"><Trans>disabled</Trans></Badge> : user.has_password ? null : <Badge tt="none" bg="var(--queue-back)" c="var(--queue-ink)"><Trans>invited</Trans></Badge>}
        </Group>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>{user.email}</Text>
        <Text size="sm" c="dimmed" hiddenFrom="sm">{titleOf(user.team)}</Text>
      </Table.Th>
      <Table.Td visibleFrom="sm">{titleOf(user.team)}</Table.Td>
      <Table.Td>
        {i18n._(wordOf(ROLES, user.role))}
        {user.rights.length ? <Text size="sm" c="dimmed"><Trans>and may</Trans>: {user.rights.map((one) => i18n._(wordOf(GRANTED, one))).join(", ")}</Text> : null}
      </Table.Td>
      {children ? <Table.Td>{children}</Table.Td> : null}
    </Table.Tr>
  );
}

interface UserMenuProps {
  user: UserView;
  edit: () => void;
  invite: () => void;
  turn: () => void;
}

function UserMenu({ user, edit, invite, turn }: UserMenuProps) {
  const { t } = useLingui();
  const { name } = user;
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`What to do with ${name}`}><IconDots size={18} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={edit}><Trans>Edit …</Trans></Menu.Item>
        {user.disabled_at ? null : <Menu.Item onClick={invite}>{user.has_password ? <Trans>Send a link for a new password</Trans> : <Trans>Send the invitation again</Trans>}</Menu.Item>}
        <Menu.Item color={user.disabled_at ? undefined : "red"} onClick={turn}>{user.disabled_at ? <Trans>Enable again</Trans> : <Trans>Disable</Trans>}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
