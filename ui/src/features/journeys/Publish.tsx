import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Radio, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type JourneyDetailView, type NodeFiguresView, type PublishForm, publishJourney } from "../../api";
import { useFormats } from "../../ui/dates";
import { Failure, Loading } from "../../ui/states";
import { type Journey, stepNamed, stepsOf } from "./document";
import { useDrawing } from "./drawing";

interface PublishProps {
  found: JourneyDetailView;
  journey: Journey;
  figures: NodeFiguresView[];
  close: () => void;
}

type Inside = NonNullable<PublishForm["inside"]>;

/** Puts the draft in force, after telling what that does to the contacts inside. */
export function Publish({ found, journey, figures, close }: PublishProps) {
  const { t } = useLingui();
  const formats = useFormats();
  const cache = useQueryClient();
  const { story } = useDrawing();
  const [inside, setInside] = useState<Inside>("finish");
  const [places, setPlaces] = useState<Record<string, string>>({});
  const gone = figures.filter((one) => one.waiting > 0 && !stepNamed(journey, one.node));
  const to = { ...Object.fromEntries(gone.map((one) => [one.node, ""])), ...places };
  const ask = async (try_only: boolean) => (await publishJourney({ path: { name: found.name }, body: { inside, to: inside === "move" ? to : {}, try_only }, throwOnError: true })).data;
  const trial = useQuery({ queryKey: ["publish", found.name, found.draft_version, inside, to], queryFn: () => ask(true), gcTime: 0, retry: false });
  const publish = useMutation({
    mutationFn: () => ask(false),
    onSuccess: async (told) => {
      close();
      notifications.show({ message: t`Version ${told.version} is in force.` });
      await cache.invalidateQueries();
    },
  });
  const moved = trial.data?.moves.filter((one) => one.to).reduce((sum, one) => sum + one.contacts, 0) ?? 0;
  return (
    <Modal opened onClose={close} size="lg" title={t`Publish “${found.name}”?`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm"><Trans>From now on, contacts come in by themselves and what they are sent goes through the gate.</Trans></Text>
        {found.inside > 0 ? (
          <Radio.Group label={t`Those who are inside`} value={inside} onChange={(value) => setInside(value as Inside)}>
            <Stack gap="xs" mt="xs">
              <Radio value="finish" label={t`finish on the version on which they began`} />
              <Radio value="move" label={t`move to the same step of the new one; their waits keep their beginning`} />
              <Radio value="exit" label={t`leave`} />
            </Stack>
          </Radio.Group>
        ) : null}
        {inside === "move" ? gone.map((one) => (
          <Select key={one.node} label={t`${formats.number(one.waiting)} wait at “${one.node}”, which the new version does not have. They go to:`} clearable placeholder={t`nowhere: they leave`} value={places[one.node] || null}
            onChange={(next) => setPlaces({ ...places, [one.node]: next ?? "" })} data={stepsOf(journey).map((step) => ({ value: step.id, label: step.label || story.sentence(step, journey) }))} />
        )) : null}
        {trial.isPending ? <Loading /> : null}
        {trial.error ? <Failure error={trial.error} /> : null}
        {trial.data && found.inside > 0 ? (
          <Text size="sm" fw={600} role="status">
            <Plural value={trial.data.stay} one="# contact stays on its version" other="# contacts stay on their version" />, <Plural value={moved} one="# moves" other="# move" />, <Plural value={trial.data.exits} one="# leaves" other="# leave" />.
          </Text>
        ) : null}
        {publish.error ? <Failure error={publish.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
          <Button disabled={!trial.data} loading={publish.isPending} onClick={() => publish.mutate()}><Trans>Publish now</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}
