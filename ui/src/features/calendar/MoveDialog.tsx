import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DayImpactView, moveCampaignMutation, type MoveView, previewCampaignMoveOptions, saidOf } from "../../api";
import { addDays, type Day, today, useFormats } from "../../ui/dates";
import { Figures, Reasons } from "../../ui/impact/Impact";
import { Answer, Failure } from "../../ui/states";

/** A campaign that somebody wants on another day; `to` is null while they have not said which. */
export interface Move {
  name: string;
  from: Day;
  to: Day | null;
}

/** What moving a campaign would do, for any day; nothing is changed before it is confirmed. */
export function MoveDialog({ move, close }: { move: Move; close: () => void }) {
  const { t } = useLingui();
  const formats = useFormats();
  const cache = useQueryClient();
  const [day, setDay] = useState(move.to ?? addDays(move.from < today() ? today() : move.from, 1));
  const path = { name: move.name };
  const preview = useQuery({ ...previewCampaignMoveOptions({ path, query: { day } }), placeholderData: keepPreviousData });
  const change = useMutation({
    ...moveCampaignMutation(),
    onSuccess: async (moved) => {
      close();
      notifications.show({ message: t`“${moved.campaign}” is now for ${moved.not_before ? formats.longDay(moved.not_before) : t`no fixed day`}.` });
      await cache.invalidateQueries();
    },
  });
  return (
    <Modal opened onClose={close} size="xl" title={t`Move “${move.name}”`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <TextInput type="date" label={t`To which day`} maw={220} min={today()} value={day} data-autofocus error={saidOf(change.error, "day")}
          onChange={(event) => { if (event.currentTarget.value) setDay(event.currentTarget.value); }} />
        <div aria-live="polite">
          <Answer of={preview}>{(shown) => <BeforeAndAfter campaign={move.name} shown={shown} stale={preview.isPlaceholderData} />}</Answer>
        </div>
        {change.error && !saidOf(change.error, "day") ? <Failure error={change.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Leave it where it is</Trans></Button>
          <Button disabled={preview.isFetching || !preview.data} loading={change.isPending} onClick={() => change.mutate({ path, body: { day } })}>
            <Trans>Move it to {formats.shortDay(day)}</Trans>
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function BeforeAndAfter({ campaign, shown, stale }: { campaign: string; shown: MoveView; stale: boolean }) {
  const formats = useFormats();
  const column = (label: React.ReactNode, one: DayImpactView) => (
    <div>
      <Text size="sm" fw={600} mb={6}>{label}</Text>
      <Figures counts={one.counts} />
    </div>
  );
  return (
    <Stack gap="md" aria-busy={stale} style={{ opacity: stale ? 0.5 : 1 }}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {column(<Trans>Now: {formats.shortDay(shown.before.day)}</Trans>, shown.before)}
        {column(<Trans>Then: {formats.shortDay(shown.after.day)}</Trans>, shown.after)}
      </SimpleGrid>
      {shown.expires ? <Alert color="gray" py="xs"><Trans>Its last day is then {formats.longDay(shown.expires)}.</Trans></Alert> : null}
      <Reasons brought={shown.after} campaign={campaign} />
    </Stack>
  );
}
