import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Indicator } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getInboxOptions } from "../api";

/** The way to the inbox, with how much there is unread. */
export function Bell() {
  const { t } = useLingui();
  const unread = useQuery({ ...getInboxOptions(), refetchInterval: 60_000 }).data?.unread ?? 0;
  return (
    <Indicator label={unread > 99 ? "99+" : unread} disabled={!unread} size={18} offset={5} color="red.8">
      <ActionIcon component={Link} to="/inbox" variant="subtle" color="gray" size="lg" aria-label={unread ? t`Inbox, ${unread} unread` : t`Inbox`}>
        <IconBell stroke={1.6} />
      </ActionIcon>
    </Indicator>
  );
}
