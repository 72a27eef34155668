import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconClipboard, IconPlus } from "@tabler/icons-react";
import type { Kind, Place, Step } from "./document";
import { GROUPS, KIND_ICONS, KIND_WORDS } from "./words";

export interface Adding {
  add: (place: Place, kind: Kind) => void;
  paste: (place: Place) => void;
  copied: Step[];
}

interface StepMenuProps extends Adding {
  place: Place;
  /** What the new step follows, for those who do not see where the button stands. */
  after: string;
  /** Whether the way ends there already. */
  ends: boolean;
  /** With words instead of a plus alone. */
  wide?: boolean;
}

/** The plus on a way, and what can be put there. */
export function StepMenu({ place, after, ends, wide, add, paste, copied }: StepMenuProps) {
  const { t, i18n } = useLingui();
  const label = t`Add a step after ${after}`;
  return (
    <Menu position="bottom" width={250} withinPortal>
      <Menu.Target>
        {wide
          ? <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={16} aria-hidden />} aria-label={label} data-way={`${place.from}|${place.field}`}>{t`Add a step`}</Button>
          : <ActionIcon variant="default" radius="xl" size={28} aria-label={label} data-way={`${place.from}|${place.field}`}><IconPlus size={16} aria-hidden /></ActionIcon>}
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {copied.length ? (
          <Menu.Item leftSection={<IconClipboard size={16} aria-hidden />} onClick={() => paste(place)}>{t`Paste what was copied`}</Menu.Item>
        ) : null}
        {GROUPS.map((group) => [
          <Menu.Label key={group.title.id}>{i18n._(group.title)}</Menu.Label>,
          ...group.kinds.filter((kind) => kind !== "exit" || !ends).map((kind) => {
            const Icon = KIND_ICONS[kind];
            return <Menu.Item key={kind} leftSection={<Icon size={16} aria-hidden />} onClick={() => add(place, kind)}>{i18n._(KIND_WORDS[kind])}</Menu.Item>;
          }),
        ])}
      </Menu.Dropdown>
    </Menu>
  );
}
