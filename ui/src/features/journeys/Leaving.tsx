import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

/** Asks before a page with something unsaved is left. */
export function Leaving({ dirty }: { dirty: boolean }) {
  const { t } = useLingui();
  const { status, proceed, reset } = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  return (
    <Modal opened={status === "blocked"} onClose={() => reset?.()} title={t`Leave without saving?`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm"><Trans>What you changed since the last time you saved would be lost.</Trans></Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => reset?.()} data-autofocus><Trans>Stay</Trans></Button>
          <Button color="red" onClick={() => proceed?.()}><Trans>Leave</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}
