import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Box, Button, Group, Modal, Stack, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconCircle, IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type DeadlineView, declineRequestMutation, type RequestView, saidOf } from "../../api";
import { useFormats } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { Wish } from "../../ui/Wish";
import { wordOf } from "../../ui/words";
import styles from "./requests.module.css";

const STATES = { open: msg`waits for an answer`, accepted: msg`accepted`, declined: msg`declined` };
const STEPS = { draft: msg`draft with content`, submitted: msg`submitted`, approved: msg`approvals`, launched: msg`launch` };

/** A request: what is asked for, its deadlines, and what became of it. */
export function RequestCard({ request }: { request: RequestView }) {
  const { i18n } = useLingui();
  const { may } = useSession();
  const formats = useFormats();
  const titleOf = useTeamTitle();
  const decides = request.state === "open" && may("campaigns.write");
  const [day, name, team] = [formats.day(request.wished), request.by, titleOf(request.team)];
  return (
    <Box className="paper" p="md" component="article" aria-label={request.title}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={2} fz="md">{request.title}</Title>
          <Text size="sm" c="dimmed"><Trans>{name} asks {team}, for {day}</Trans></Text>
        </div>
        <Badge size="lg" tt="none" variant="default">{i18n._(wordOf(STATES, request.state))}</Badge>
      </Group>
      <Wish request={request} />
      {request.state === "declined" ? null : <Deadlines steps={request.deadlines} />}
      {request.state === "declined" ? <Text size="sm" mt="sm"><Trans>Declined by {request.decided_by}: {request.why}</Trans></Text> : null}
      <Group mt="sm" gap="xs">
        {request.campaign ? <Text size="sm"><Link to="/campaigns/$name" params={{ name: request.campaign }} search={{}}><Trans>To the campaign “{request.campaign}”</Trans></Link></Text> : null}
        {decides ? <Button size="sm" renderRoot={(props) => <Link {...props} to="/campaigns/new" search={{ request: String(request.id) }} />}><Trans>Make it a draft …</Trans></Button> : null}
        {decides ? <Decline request={request} /> : null}
      </Group>
    </Box>
  );
}

function Deadlines({ steps }: { steps: DeadlineView[] }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  return (
    <ol className={styles.steps} aria-label={t`Deadlines`}>
      {steps.map((one) => {
        const Icon = one.done ? IconCircleCheck : one.late ? IconAlertTriangle : IconCircle;
        const said = one.done ? t`done` : one.late ? t`overdue` : "";
        return (
          <li key={one.step} data-late={one.late} data-done={one.done}>
            <Icon size={18} aria-hidden />
            <span>
              <Text size="sm" fw={600}>{i18n._(wordOf(STEPS, one.step))}</Text>
              <Text size="sm" c="dimmed" className="figures">{formats.shortDay(one.day)}{said ? ` · ${said}` : ""}</Text>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Decline({ request }: { request: RequestView }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [open, { open: ask, close }] = useDisclosure();
  const [why, setWhy] = useState("");
  const decline = useMutation({ ...declineRequestMutation(), onSuccess: async () => { close(); await cache.invalidateQueries(); } });
  const said = saidOf(decline.error, "why");
  return (
    <>
      <Button size="sm" variant="default" onClick={ask}><Trans>Decline …</Trans></Button>
      <Modal opened={open} onClose={close} title={t`Decline “${request.title}”?`} closeButtonProps={{ "aria-label": t`Close` }}>
        <form onSubmit={(event) => { event.preventDefault(); decline.mutate({ path: { request_id: request.id }, body: { why } }); }}>
          <Stack>
            <Textarea label={t`Why`} description={t`Who asked reads this.`} required autosize minRows={2} maxLength={1000} data-autofocus value={why} onChange={(event) => setWhy(event.currentTarget.value)} error={said} />
            {decline.error && !said ? <Failure error={decline.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}><Trans>Back</Trans></Button>
              <Button color="red" type="submit" loading={decline.isPending}><Trans>Decline</Trans></Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
