import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Modal, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ListRecipientsData, listRecipients, type ReachedView } from "../../api";
import { useFormats } from "../../ui/dates";
import { usePages } from "../../ui/pages";
import { Answer, Empty } from "../../ui/states";
import { RULES, wordOf } from "../../ui/words";

interface RecipientsProps {
  name: string;
  /** What the figure that was opened counts. */
  title: string;
  query: NonNullable<ListRecipientsData["query"]>;
  close: () => void;
}

/** The contacts behind a figure of a campaign; each leads to the page that says why. */
export function Recipients({ name, title, query, close }: RecipientsProps) {
  const { t } = useLingui();
  const { answer, more } = usePages({
    key: ["recipients", name, query],
    ask: async (after, limit) => (await listRecipients({ path: { name }, query: { ...query, after, limit }, throwOnError: true })).data,
    idOf: (one) => one.message,
  });
  return (
    <Modal opened onClose={close} size="lg" title={title} closeButtonProps={{ "aria-label": t`Close` }}>
      <Answer of={answer}>
        {(listed) => listed.length ? (
          <>
            <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {listed.map((one) => <Row key={one.message} one={one} />)}
            </Stack>
            {more}
          </>
        ) : <Empty title={t`Nobody is left here`} />}
      </Answer>
    </Modal>
  );
}

function Row({ one }: { one: ReachedView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const rule = one.rule && one.rule !== one.reason ? (RULES[one.rule] ? i18n._(wordOf(RULES, one.rule)) : one.rule) : "";
  return (
    <Group component="li" justify="space-between" gap="xs" py={6} style={{ borderBottom: "1px solid var(--line)", overflowWrap: "anywhere" }}>
      {one.contact ? <Link to="/contacts/$id" params={{ id: one.contact }}>{one.name}</Link> : <Text size="sm" c="dimmed"><Trans>erased contact</Trans></Text>}
      <Text size="sm" c="dimmed">{[rule, one.day ? formats.shortDay(one.day) : ""].filter(Boolean).join(" · ")}</Text>
    </Group>
  );
}
