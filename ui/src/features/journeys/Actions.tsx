import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay, IconSend, IconTestPipe, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type JourneyDetailView, type NodeFiguresView, pauseJourneyMutation, type ResumeForm, resumeJourneyMutation, stopJourneyMutation } from "../../api";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";
import type { Journey } from "./document";
import { Publish } from "./Publish";
import { Simulate } from "./Simulate";

interface ActionsProps {
  found: JourneyDetailView;
  journey: Journey;
  figures: NodeFiguresView[];
  unfinished: boolean;
  /** Saves what was drawn; null when it is saved. */
  keep: (() => Promise<void>) | null;
}

/** What can be done with a journey in its state. What cannot be taken back is asked once more. */
export function Actions({ found, journey, figures, unfinished, keep }: ActionsProps) {
  const { may } = useSession();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<"publish" | "resume" | "simulate" | "stop" | null>(null);
  const path = { name: found.name };
  const pause = useMutation({ ...pauseJourneyMutation(), onSuccess: () => cache.invalidateQueries() });
  const close = () => setAsked(null);
  const fresh = found.changed || keep !== null;
  const saved = (then: "publish" | "simulate") => void (keep?.() ?? Promise.resolve()).then(() => setAsked(then), () => undefined);
  const simulate = <Button variant="default" leftSection={<IconTestPipe size={18} aria-hidden />} disabled={unfinished} onClick={() => saved("simulate")}><Trans>Simulate …</Trans></Button>;
  const simulation = asked === "simulate" ? <Simulate found={found} close={close} /> : null;
  if (found.state === "stopped") return null;
  if (!may("campaigns.launch")) return <>{simulate}{simulation}</>;
  return (
    <>
      {simulate}
      {simulation}
      {found.state === "live" ? <Button variant="default" loading={pause.isPending} leftSection={<IconPlayerPause size={18} aria-hidden />} onClick={() => pause.mutate({ path })}><Trans>Pause</Trans></Button> : null}
      {found.state === "paused" ? <Button variant="default" leftSection={<IconPlayerPlay size={18} aria-hidden />} onClick={() => setAsked("resume")}><Trans>Resume …</Trans></Button> : null}
      {found.version > 0 ? <Button variant="light" color="red" leftSection={<IconX size={18} aria-hidden />} onClick={() => setAsked("stop")}><Trans>Stop …</Trans></Button> : null}
      {fresh ? <Button leftSection={<IconSend size={18} aria-hidden />} disabled={unfinished} onClick={() => saved("publish")}><Trans>Publish …</Trans></Button> : null}
      {pause.error ? <Failure error={pause.error} /> : null}
      {asked === "publish" ? <Publish found={found} journey={journey} figures={figures} close={close} /> : null}
      {asked === "resume" ? <Resume found={found} close={close} /> : null}
      {asked === "stop" ? <Stop found={found} close={close} /> : null}
    </>
  );
}

function Resume({ found, close }: { found: JourneyDetailView; close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [waits, setWaits] = useState<NonNullable<ResumeForm["waits"]>>("shift");
  const resume = useMutation({ ...resumeJourneyMutation(), onSuccess: async () => { close(); await cache.invalidateQueries(); } });
  return (
    <Modal opened onClose={close} title={t`Resume “${found.name}”`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Radio.Group label={t`What fell into the pause`} value={waits} onChange={(value) => setWaits(value as typeof waits)}>
          <Stack gap="xs" mt="xs">
            <Radio value="shift" label={t`Everything happens later, by the length of the pause`} />
            <Radio value="now" label={t`What is overdue happens now`} />
            <Radio value="skip" label={t`What is overdue goes on without its messages`} />
          </Stack>
        </Radio.Group>
        {resume.error ? <Failure error={resume.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
          <Button loading={resume.isPending} onClick={() => resume.mutate({ path: { name: found.name }, body: { waits } })}><Trans>Resume</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Stop({ found, close }: { found: JourneyDetailView; close: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const stop = useMutation({
    ...stopJourneyMutation(),
    onSuccess: async () => {
      close();
      notifications.show({ message: t`The journey is stopped.` });
      await cache.invalidateQueries();
    },
  });
  return (
    <Modal opened onClose={close} title={t`Stop “${found.name}” for good?`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <Text size="sm"><Trans>Everybody leaves it, and what has not left yet is taken back. This cannot be undone.</Trans></Text>
        {stop.error ? <Failure error={stop.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus><Trans>Back</Trans></Button>
          <Button color="red" loading={stop.isPending} onClick={() => stop.mutate({ path: { name: found.name } })}><Trans>Stop the journey</Trans></Button>
        </Group>
      </Stack>
    </Modal>
  );
}
