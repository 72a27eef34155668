import { Trans } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { IconPencilPlus, IconPhone, IconTool } from "@tabler/icons-react";
import { useState } from "react";
import type { Day } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { MaintenanceDialog } from "./MaintenanceDialog";
import { MeetingDialog } from "./MeetingDialog";

/** What can be entered on the calendar, as far as the person may. */
export function Enter({ day }: { day: Day }) {
  const { may } = useSession();
  const [entered, setEntered] = useState<"meeting" | "maintenance" | null>(null);
  const [meeting, maintenance] = [may("events.write"), may("campaigns.write")];
  if (!meeting && !maintenance) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><Button variant="default" leftSection={<IconPencilPlus size={18} aria-hidden />}><Trans>Enter</Trans></Button></Menu.Target>
        <Menu.Dropdown>
          {meeting ? <Menu.Item leftSection={<IconPhone size={16} aria-hidden />} onClick={() => setEntered("meeting")}><Trans>Call or meeting …</Trans></Menu.Item> : null}
          {maintenance ? <Menu.Item leftSection={<IconTool size={16} aria-hidden />} onClick={() => setEntered("maintenance")}><Trans>Maintenance window …</Trans></Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      {entered === "meeting" ? <MeetingDialog day={day} close={() => setEntered(null)} /> : null}
      {entered === "maintenance" ? <MaintenanceDialog day={day} close={() => setEntered(null)} /> : null}
    </>
  );
}
