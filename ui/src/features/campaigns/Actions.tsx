import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconArrowBackUp, IconChecks, IconPlayerPause, IconPlayerPlay, IconSend, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { type CampaignView, cancelCampaignMutation, getApprovalOptions, launchCampaignMutation, pauseCampaignMutation, resumeCampaignMutation, submitCampaignMutation, undoCampaignMutation, withdrawApprovalMutation } from "../../api";
import { AudienceCount } from "../../ui/audience/AudienceCount";
import { useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";

type Step = "submit" | "withdraw" | "launch" | "pause" | "resume" | "cancel" | "undo";

const WRITING: Step[] = ["submit", "withdraw"];

const STEPS: Record<string, Step[]> = { submitted: ["withdraw"], approved: ["withdraw", "launch"], launching: ["undo", "pause", "cancel"], launched: ["undo", "pause", "cancel"], paused: ["resume", "cancel"] };

/** What can be done with a campaign in its state. What cannot be taken back is asked once more. */
export function Actions({ campaign, launched }: { campaign: CampaignView; launched: () => void }) {
  const { t } = useLingui();
  const formats = useFormats();
  const { may } = useSession();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<Step | null>(null);
  const done = {
    onSuccess: async () => {
      setAsked(null);
      await cache.invalidateQueries();
    },
  };
  const written = ["draft", "rejected"].includes(campaign.state);
  const approval = useQuery({ ...getApprovalOptions({ path: { name: campaign.name } }), enabled: written });
  const mutations = {
    submit: useMutation({ ...submitCampaignMutation(), ...done }),
    withdraw: useMutation({ ...withdrawApprovalMutation(), ...done }),
    launch: useMutation({ ...launchCampaignMutation(), onSuccess: async () => { launched(); await done.onSuccess(); } }),
    pause: useMutation({ ...pauseCampaignMutation(), ...done }),
    resume: useMutation({ ...resumeCampaignMutation(), ...done }),
    cancel: useMutation({ ...cancelCampaignMutation(), ...done }),
    undo: useMutation({ ...undoCampaignMutation(), ...done }),
  };
  const left = useSecondsLeft(campaign);
  if (!may("campaigns.launch") && !may("campaigns.write")) return null;
  const first: Step[] = approval.data ? [approval.data.state === "needless" ? "launch" : "submit"] : [];
  const steps = (written ? first : (STEPS[campaign.state] ?? [])).filter((step) => may(WRITING.includes(step) ? "campaigns.write" : "campaigns.launch"));
  const run = (step: Step) => mutations[step].mutate({ path: { name: campaign.name } });
  const buttons: Record<Step, ReactNode> = {
    submit: <Button key="submit" loading={mutations.submit.isPending} leftSection={<IconChecks size={18} aria-hidden />} onClick={() => run("submit")}><Trans>Submit for approval</Trans></Button>,
    withdraw: <Button key="withdraw" variant="default" loading={mutations.withdraw.isPending} onClick={() => run("withdraw")}><Trans>Withdraw</Trans></Button>,
    launch: <Button key="launch" leftSection={<IconSend size={18} aria-hidden />} onClick={() => setAsked("launch")}><Trans>Launch …</Trans></Button>,
    pause: <Button key="pause" variant="default" loading={mutations.pause.isPending} leftSection={<IconPlayerPause size={18} aria-hidden />} onClick={() => run("pause")}><Trans>Pause</Trans></Button>,
    resume: <Button key="resume" loading={mutations.resume.isPending} leftSection={<IconPlayerPlay size={18} aria-hidden />} onClick={() => run("resume")}><Trans>Resume</Trans></Button>,
    undo: left > 0 ? <Button key="undo" variant="default" loading={mutations.undo.isPending} leftSection={<IconArrowBackUp size={18} aria-hidden />} onClick={() => run("undo")}><Trans>Undo the launch ({left} s)</Trans></Button> : null,
    cancel: <Button key="cancel" variant="light" color="red" leftSection={<IconX size={18} aria-hidden />} onClick={() => setAsked("cancel")}><Trans>Cancel …</Trans></Button>,
  };
  const failed = mutations.pause.error ?? mutations.resume.error ?? mutations.undo.error ?? mutations.submit.error ?? mutations.withdraw.error;
  const launching = asked === "launch";
  return (
    <>
      {steps.map((step) => buttons[step])}
      {failed ? <Failure error={failed} /> : null}
      <Modal opened={asked !== null} onClose={() => setAsked(null)} closeButtonProps={{ "aria-label": t`Close` }}
        title={launching ? t`Launch “${campaign.name}”?` : t`Cancel “${campaign.name}” for good?`}>
        <Stack>
          {launching ? (
            <div>
              {campaign.not_before ? <Text fw={600}><Trans>For {formats.longDay(campaign.not_before)}</Trans></Text> : null}
              <AudienceCount audience={campaign.audience} />
            </div>
          ) : null}
          <Text size="sm">
            {launching
              ? <Trans>The gate decides about every contact of the audience. Those who may be written to on its day are written to; the others wait or are left out, each with a reason.</Trans>
              : <Trans>None of it goes out any more, and what waits is taken back. This cannot be undone.</Trans>}
          </Text>
          {asked && mutations[asked].error ? <Failure error={mutations[asked].error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsked(null)}><Trans>Back</Trans></Button>
            {asked ? (
              <Button color={launching ? undefined : "red"} loading={mutations[asked].isPending} onClick={() => run(asked)} data-autofocus>
                {launching ? <Trans>Launch now</Trans> : <Trans>Cancel the campaign</Trans>}
              </Button>
            ) : null}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** How long a launch can still be undone. */
export function useSecondsLeft(campaign: CampaignView): number {
  const [now, setNow] = useState(() => Date.now());
  const until = campaign.undo_until ? new Date(campaign.undo_until).getTime() : 0;
  const left = Math.ceil((until - now) / 1000);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [left]);
  return Math.max(0, left);
}
