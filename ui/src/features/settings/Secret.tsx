import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from "@mantine/core";

/** A secret that was just made, to be copied before the window closes for good. */
export function Secret({ title, secret, close }: { title: string; secret: string; close: () => void }) {
  const { t } = useLingui();
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ "aria-label": t`Close` }} closeOnClickOutside={false}>
      <Stack>
        <Text size="sm"><Trans>Copy it now: it is not kept, and nobody can show it again.</Trans></Text>
        <TextInput label={t`Secret`} readOnly value={secret} onFocus={(event) => event.currentTarget.select()} />
        <Group justify="flex-end">
          <CopyButton value={secret}>
            {({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}</Button>}
          </CopyButton>
          <Button onClick={close}><Trans>Close</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}
