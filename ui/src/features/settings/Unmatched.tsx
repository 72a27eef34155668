import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listUnmatchedOptions, type UnmatchedView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer, Empty } from "../../ui/states";
import { wordOf } from "../../ui/words";

const SORTS = {
  bounce: msg`Bounce`,
  complaint: msg`Spam complaint`,
  unsubscribe: msg`Unsubscribe request`,
  reply: msg`Answer`,
  auto_reply: msg`Automatic answer`,
  other: msg`Other`,
};

/** E-mails that came in and answer to no message of ours, for somebody to look at. */
export function Unmatched() {
  const { t } = useLingui();
  const mails = useQuery(listUnmatchedOptions());
  return (
    <Box component="section">
      <Title order={2} mb={4}><Trans>Incoming e-mails that fit nowhere</Trans></Title>
      <Text mb="md" c="dimmed"><Trans>Bounces, complaints and answers that belong to no message of ours. Pauta does nothing about them; where somebody complains, take their consent back yourself.</Trans></Text>
      <Answer of={mails}>
        {(listed) => listed.length
          ? <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>{listed.map((one) => <Mail key={one.id} mail={one} />)}</Stack>
          : <Empty title={t`Nothing came in that fits nowhere`}>{t`What answers to a message stands on the page of its contact.`}</Empty>}
      </Answer>
    </Box>
  );
}

function Mail({ mail }: { mail: UnmatchedView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(mail.text)?.[1] ?? "";
  return (
    <Box component="li" className="paper" p="md">
      <details>
        <summary>
          <Text span fw={600}>{i18n._(wordOf(SORTS, mail.kind))}{mail.status ? ` ${mail.status}` : ""}</Text>
          <Text span c="dimmed" className="figures">{` · ${formats.moment(mail.at)}`}</Text>
          <Text span style={{ overflowWrap: "anywhere" }}>{[line("From"), line("Subject")].filter(Boolean).map((one) => ` · ${one}`).join("")}</Text>
        </summary>
        <Text component="pre" size="sm" mt="sm" mb={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{mail.text}</Text>
      </details>
    </Box>
  );
}
