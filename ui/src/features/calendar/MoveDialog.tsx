import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeCampaignMutation, getCampaignOptions, previewCampaignOptions } from "../../api";
import { type Day, today, useFormats } from "../../ui/dates";
import { Impact } from "../../ui/impact/Impact";
import { moved } from "../../ui/impact/moved";
import { Answer, Failure } from "../../ui/states";

/** A campaign that somebody wants on another day; `to` is null while they have not said which. */
export interface Move {
  name: string;
  from: Day;
  to: Day | null;
}

/** What moving a draft would do, for any day; nothing is changed before it is confirmed. */
export function MoveDialog({ move, close }: { move: Move; close: () => void }) {
  const { t } = useLingui();
  const formats = useFormats();
  const cache = useQueryClient();
  const [day, setDay] = useState(move.to);
  const path = { name: move.name };
  const campaign = useQuery(getCampaignOptions({ path }));
  const preview = useQuery({ ...previewCampaignOptions({ path, query: { day } }), placeholderData: keepPreviousData });
  const change = useMutation({
    ...changeCampaignMutation(),
    onSuccess: async (saved) => {
      close();
      notifications.show({ message: t`“${saved.name}” is now for ${saved.not_before ? formats.longDay(saved.not_before) : t`no fixed day`}.` });
      await cache.invalidateQueries();
    },
  });
  const chosen = day ?? preview.data?.day ?? move.from;
  const draft = campaign.data ? moved(campaign.data, chosen) : null;
  return (
    <Modal opened onClose={close} size="xl" title={t`Move “${move.name}”`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <TextInput type="date" label={t`To which day`} maw={220} min={today()} value={chosen} data-autofocus
          onChange={(event) => { if (event.currentTarget.value) setDay(event.currentTarget.value); }} />
        <Answer of={preview}>
          {(shown) => <div aria-busy={preview.isPlaceholderData} style={{ opacity: preview.isPlaceholderData ? 0.5 : 1 }}><Impact preview={shown} choose={setDay} /></div>}
        </Answer>
        {draft?.expires && draft.expires !== campaign.data?.expires ? (
          <Alert color="gray" py="xs"><Trans>Its last day moves along, to {formats.longDay(draft.expires)}.</Trans></Alert>
        ) : null}
        {change.error ? <Failure error={change.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Leave it where it is</Trans></Button>
          <Button disabled={!draft || chosen === campaign.data?.not_before || preview.isFetching} loading={change.isPending}
            onClick={() => { if (draft) change.mutate({ path, body: draft }); }}>
            <Trans>Move it to {formats.shortDay(chosen)}</Trans>
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
