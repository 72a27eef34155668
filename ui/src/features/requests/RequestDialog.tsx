import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, MultiSelect, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askForCampaignMutation, listTeamsOptions, type RequestForm, saidOf } from "../../api";
import { useColleagues } from "../../ui/colleagues";
import { addDays, today } from "../../ui/dates";
import { Failure } from "../../ui/states";

const USUAL_DAYS = 21;
const FIELDS = ["title", "what", "whom", "goal", "team", "wished", "stakeholders"];

/** The form by which a team is asked for a campaign. */
export function RequestDialog({ close }: { close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const teams = useQuery(listTeamsOptions()).data ?? [];
  const colleagues = useColleagues();
  const [form, setForm] = useState<RequestForm>({ title: "", what: "", whom: "", goal: "", team: "marketing", wished: addDays(today(), USUAL_DAYS), stakeholders: [] });
  const change = (part: Partial<RequestForm>) => setForm((old) => ({ ...old, ...part }));
  const ask = useMutation({
    ...askForCampaignMutation(),
    onSuccess: async () => {
      close();
      notifications.show({ message: t`The team has your request; you are told what becomes of it.` });
      await cache.invalidateQueries();
    },
  });
  const said = (field: string) => saidOf(ask.error, field);
  return (
    <Modal opened onClose={close} size="lg" title={t`Ask for a campaign`} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={(event) => { event.preventDefault(); ask.mutate({ body: form }); }}>
        <Stack>
          <TextInput label={t`Title`} required maxLength={120} data-autofocus value={form.title} onChange={(event) => change({ title: event.currentTarget.value })} error={said("title")} />
          <Textarea label={t`What is to be said`} required autosize minRows={2} maxLength={1000} value={form.what} onChange={(event) => change({ what: event.currentTarget.value })} error={said("what")} />
          <Textarea label={t`For whom`} description={t`In your own words; whoever makes the draft chooses the audience.`} required autosize minRows={1} maxLength={1000} value={form.whom} onChange={(event) => change({ whom: event.currentTarget.value })} error={said("whom")} />
          <Textarea label={t`Goal`} description={t`What it should achieve, and how you will see that.`} required autosize minRows={1} maxLength={1000} value={form.goal} onChange={(event) => change({ goal: event.currentTarget.value })} error={said("goal")} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select label={t`Team that is asked`} required searchable allowDeselect={false} data={teams.map((one) => ({ value: one.name, label: one.title }))} value={form.team} onChange={(value) => change({ team: value ?? "" })} error={said("team")} />
            <TextInput type="date" label={t`Day on which it should go out`} required min={today()} value={form.wished} onChange={(event) => change({ wished: event.currentTarget.value })} error={said("wished")} />
          </SimpleGrid>
          <MultiSelect label={t`Who is told at the launch`} searchable clearable data={colleagues} value={form.stakeholders} onChange={(stakeholders) => change({ stakeholders })} error={said("stakeholders")} />
          <Text size="sm" c="dimmed"><Trans>The deadlines for draft, submission and approvals are counted back from that day, over working days.</Trans></Text>
          {ask.error && !FIELDS.some(said) ? <Failure error={ask.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
            <Button type="submit" loading={ask.isPending}><Trans>Ask for it</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
