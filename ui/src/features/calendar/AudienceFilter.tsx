import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CloseButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { type Audience, EVERYONE, kindOf } from "../../ui/audience/audience";
import { AudienceCount } from "../../ui/audience/AudienceCount";
import { AudienceEditor } from "../../ui/audience/AudienceEditor";
import { useAudienceWords } from "../../ui/audience/words";

interface AudienceFilterProps {
  audience: Audience | undefined;
  change: (audience: Audience | undefined) => void;
}

/** Whose messages the calendar shows: everyone's, those of a list, or of the contacts whom conditions fit. */
export function AudienceFilter({ audience, change }: AudienceFilterProps) {
  const { t } = useLingui();
  const wordsOf = useAudienceWords();
  const [open, { open: ask, close }] = useDisclosure();
  return (
    <Group gap={4} wrap="nowrap" style={{ flex: "1 1 12rem" }} maw={320}>
      <Button variant={audience ? "light" : "default"} fw={audience ? 600 : 400} justify="start" style={{ flex: 1, minWidth: 0 }} title={audience ? wordsOf(audience) : undefined}
        aria-label={audience ? t`Audience: ${wordsOf(audience)}` : t`Audience: everyone`} onClick={ask} leftSection={<IconUsersGroup size={18} aria-hidden />}>
        <Text span inherit truncate>{audience ? wordsOf(audience) : <Trans>Every contact</Trans>}</Text>
      </Button>
      {audience ? <CloseButton aria-label={t`Every contact`} onClick={() => change(undefined)} /> : null}
      {open ? <AudienceDialog audience={audience ?? EVERYONE} close={close} change={change} /> : null}
    </Group>
  );
}

interface AudienceDialogProps {
  audience: Audience;
  close: () => void;
  change: AudienceFilterProps["change"];
}

function AudienceDialog({ audience, close, change }: AudienceDialogProps) {
  const { t } = useLingui();
  const [draft, setDraft] = useState(audience);
  return (
    <Modal opened onClose={close} size="xl" title={t`Whose calendar`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); change(kindOf(draft) === "everyone" ? undefined : draft); close(); }}>
        <Stack>
          <Text size="sm" c="dimmed"><Trans>Messages, meetings, renewals and holidays of these contacts only. Drafts have no contacts yet and are left out.</Trans></Text>
          <AudienceEditor audience={draft} change={setDraft} error={undefined} />
          <AudienceCount audience={draft} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit"><Trans>Show</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
