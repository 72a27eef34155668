import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listWebhooksOptions, saidOf, saveWebhookMutation, type WebhookForm, type WebhookView } from "../../api";
import { Failure } from "../../ui/states";

const KINDS = {
  "message.sent": msg`A message was handed over`,
  "message.failed": msg`A message could not be sent`,
  "message.bounced": msg`An e-mail came back`,
  "message.complained": msg`A reader called an e-mail spam`,
  "message.replied": msg`A reader answered`,
  "message.unsubscribed": msg`A reader unsubscribed by e-mail`,
  "consent.changed": msg`A consent changed`,
};

interface WebhookDialogProps {
  webhook: WebhookView | null;
  close: () => void;
  made: (shown: { name: string; secret: string }) => void;
}

/** Where a webhook leads, and what it is told of. */
export function WebhookDialog({ webhook, close, made }: WebhookDialogProps) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [kinds, setKinds] = useState<string[]>(webhook?.kinds ?? []);
  const save = useMutation({
    ...saveWebhookMutation(),
    onSuccess: async ({ secret }) => {
      close();
      if (secret) made({ name, secret });
      await cache.invalidateQueries({ queryKey: listWebhooksOptions().queryKey });
    },
  });
  const said = (field: string) => saidOf(save.error, field);
  const submit = () => save.mutate({ path: { name }, body: { url, kinds: kinds as WebhookForm["kinds"] } });
  return (
    <Modal opened onClose={close} title={webhook ? webhook.name : t`Add a webhook`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          {webhook ? null : <TextInput label={t`Name`} required data-autofocus maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} error={said("name")} />}
          <TextInput label={t`Address`} type="url" required maxLength={1000} placeholder="https://" value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={said("url")} />
          <Checkbox.Group label={t`Told when`} value={kinds} onChange={setKinds} error={said("kinds")}>
            <Stack gap="xs" mt="xs">
              {Object.entries(KINDS).map(([code, word]) => <Checkbox key={code} value={code} label={i18n._(word)} />)}
            </Stack>
          </Checkbox.Group>
          {save.error && !said("name") && !said("url") && !said("kinds") ? <Failure error={save.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={save.isPending} disabled={!kinds.length}><Trans>Save</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
