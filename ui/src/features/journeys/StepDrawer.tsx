import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Drawer, Fieldset, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useColleagues } from "../../ui/colleagues";
import { type Journey, type Place, stepNamed, type Step, stepsOf, waysOf } from "./document";
import { useDrawing } from "./drawing";
import { EntryFields } from "./EntryFields";
import { ENTRY_ID } from "./layout";
import { StepFields } from "./StepFields";
import { KIND_WORDS } from "./words";

interface StepDrawerProps {
  close: () => void;
  changeStep: (id: string, part: Partial<Step>) => void;
  changeJourney: (part: Partial<Journey>) => void;
  connect: (place: Place, next: string) => void;
}

/** The form of the chosen step, or of the entry; what is changed shows on the canvas at once. */
export function StepDrawer({ close, changeStep, changeJourney, connect }: StepDrawerProps) {
  const { t, i18n } = useLingui();
  const { journey, story, problems, chosen, mayWrite, remove } = useDrawing();
  const colleagues = useColleagues();
  const step = chosen ? stepNamed(journey, chosen) : undefined;
  const entry = chosen === ENTRY_ID;
  const wrong = problems.filter((one) => one.node === (step?.id ?? ""));
  const said = (field: string) => wrong.find((one) => one.field === field || one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`))?.detail;
  const ways = step ? waysOf(step) : [];
  return (
    <Drawer opened={entry || step !== undefined} onClose={close} position="right" size="md" overlayProps={{ backgroundOpacity: 0.15 }} closeButtonProps={{ "aria-label": t`Close` }}
      title={<Text fw={650}>{entry ? t`Who comes in, and who leaves` : step ? i18n._(KIND_WORDS[step.kind]) : ""}</Text>}>
      <Fieldset variant="unstyled" disabled={!mayWrite}>
        {entry ? <EntryFields journey={journey} change={changeJourney} said={said} /> : null}
        {step ? (
          <Stack>
            <Text role="status" c="dimmed" size="sm">{story.sentence(step, journey)}</Text>
            {wrong.length ? <Alert color="yellow" py="xs">{wrong.map((one) => <Text key={`${one.field} ${one.code}`} size="sm">{one.detail}</Text>)}</Alert> : null}
            <StepFields key={step.id} step={step} journey={journey} colleagues={colleagues} said={said} change={(part) => changeStep(step.id, part)} />
            <TextInput label={t`Name of the step`} description={t`If it should have one of its own`} maxLength={200} value={step.label ?? ""} onChange={(event) => changeStep(step.id, { label: event.currentTarget.value || undefined })} inputWrapperOrder={["label", "input", "description", "error"]} />
            {ways.map((way) => (
              <Select key={way.field} label={[t`Then`, story.way(way, journey)].filter(Boolean).join(": ")} searchable allowDeselect={false} value={stepNamed(journey, way.next) ? way.next : null} placeholder={t`leads nowhere yet`}
                onChange={(next) => { if (next) connect(way, next); }} data={stepsOf(journey).map((one) => ({ value: one.id, label: `${one.label || story.sentence(one, journey)} (${one.id})` }))} />
            ))}
            {mayWrite ? <Group><Button variant="light" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => { remove([step.id]); close(); }}><Trans>Remove the step</Trans></Button></Group> : null}
          </Stack>
        ) : null}
      </Fieldset>
    </Drawer>
  );
}
