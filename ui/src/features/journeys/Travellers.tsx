import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Modal, Stack, Text } from "@mantine/core";
import { msg } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import { listJourneyContacts, type TravellerView } from "../../api";
import { useFormats } from "../../ui/dates";
import { usePages } from "../../ui/pages";
import { Answer, Empty } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { stepNamed } from "./document";
import { type Figure, useDrawing } from "./drawing";

const ENDS = {
  exit: msg`came to the end`, goal: msg`reached the goal`, event: msg`left because of an event`, rule: msg`left because of a condition`, held: msg`left because the gate held a message`, past: msg`left because the date had passed`, taken_out: msg`taken out`, published: msg`left when a new version was published`, stopped: msg`left when the journey was stopped`, gone: msg`merged or erased`,
};

interface TravellersProps {
  name: string;
  node: string;
  figure: Figure;
  close: () => void;
}

/** The contacts behind a figure of a step; each leads to its page. */
export function Travellers({ name, node, figure, close }: TravellersProps) {
  const { t } = useLingui();
  const { journey, story } = useDrawing();
  const step = stepNamed(journey, node);
  const at = step ? story.sentence(step, journey) : node;
  const titles: Record<Figure, string> = { in: t`Who came to: ${at}`, waiting: t`Who waits at: ${at}`, passed: t`Who went on from: ${at}`, converted: t`Who passed here and converted: ${at}` };
  const { answer, more } = usePages({
    key: ["travellers", name, node, figure],
    ask: async (before, limit) => (await listJourneyContacts({ path: { name, node }, query: { figure, before, limit }, throwOnError: true })).data,
    idOf: (one) => one.enrolment_id,
  });
  return (
    <Modal opened onClose={close} size="lg" title={titles[figure]} closeButtonProps={{ "aria-label": t`Close` }}>
      <Answer of={answer}>
        {(listed) => listed.length ? (
          <>
            <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: "none" }}>{listed.map((one) => <Row key={one.enrolment_id} one={one} />)}</Stack>
            {more}
          </>
        ) : <Empty title={t`Nobody is left here`} />}
      </Answer>
    </Modal>
  );
}

function Row({ one }: { one: TravellerView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const { journey, story } = useDrawing();
  const now = stepNamed(journey, one.node);
  const where = one.ended === "inside" ? (now ? story.sentence(now, journey) : one.node) : i18n._(wordOf(ENDS, one.ended));
  return (
    <Group component="li" justify="space-between" gap="xs" py={6} style={{ borderBottom: "1px solid var(--line)", overflowWrap: "anywhere" }}>
      <div>
        <Link to="/contacts/$id" params={{ id: one.contact }}>{one.name}</Link>
        {one.account ? <Text size="sm" c="dimmed">{one.account}</Text> : null}
      </div>
      <Text size="sm" c="dimmed" ta="end">{where}<br />{formats.moment(one.at)}{one.converted_at ? <> · <Trans>converted</Trans></> : null}</Text>
    </Group>
  );
}
