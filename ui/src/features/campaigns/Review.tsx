import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Box, Button, Group, SegmentedControl, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CampaignView, type CheckView, reviewCampaign, type ReviewForm } from "../../api";
import { useFormats } from "../../ui/dates";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { MailFrame } from "../../ui/MailFrame";
import { Answer } from "../../ui/states";
import { wordOf } from "../../ui/words";
import { CHECKS } from "./checks";

const WIDTHS = { desktop: 700, phone: 375 };
const LEVELS = { ok: IconCircleCheck, warning: IconAlertTriangle, error: IconCircleX };

/** The mails as readers would get them, and what was found in them. */
export function Review({ campaign }: { campaign: CampaignView }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState("");
  const [reader, setReader] = useState("");
  const [language, setLanguage] = useState("");
  const [screen, setScreen] = useState<keyof typeof WIDTHS>(window.innerWidth < WIDTHS.desktop ? "phone" : "desktop");
  const asked: ReviewForm = { contacts: reader ? [reader] : [], languages: language ? [language as NonNullable<ReviewForm["languages"]>[number]] : [] };
  const review = useQuery({
    queryKey: ["review", campaign.name, asked],
    queryFn: async () => (await reviewCampaign({ path: { name: campaign.name }, body: asked, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  });
  return (
    <Stack>
      <Group align="flex-end" gap="sm" component="form" onSubmit={(event: React.FormEvent) => { event.preventDefault(); setReader(typed.trim()); }}>
        <TextInput label={t`Reader`} description={t`Id or e-mail; when it is empty, somebody from the audience`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} w={{ base: "100%", sm: 300 }} />
        <Button type="submit" variant="default"><Trans>Show</Trans></Button>
        <SegmentedControl aria-label={t`Width`} value={screen} onChange={(value) => setScreen(value as typeof screen)} data={[{ value: "desktop", label: t`Desktop` }, { value: "phone", label: t`Phone` }]} />
      </Group>
      <Answer of={review}>
        {(shown) => (
          <Stack aria-busy={review.isPlaceholderData}>
            <Box style={{ overflowX: "auto" }}><SegmentedControl aria-label={t`Language`} w="max-content" value={language} onChange={setLanguage}
              data={[{ value: "", label: t`The reader’s own` }, ...shown.languages.map((one) => ({ value: one, label: (LANGUAGE_NAMES as Record<string, string>)[one] ?? one }))]} /></Box>
            <Checks checks={shown.checks} tried={shown.tried} />
            {shown.mails.map((mail) => (
              <Box key={`${mail.contact} ${mail.language}`} className="paper" p="md">
                <Text size="sm" c="dimmed">{mail.name} · {mail.contact}</Text>
                {mail.missing ? <Alert color="red" my="xs"><Trans>For this reader the figure “{mail.missing}” is missing: the message would be held back.</Trans></Alert> : (
                  <>
                    <Title order={3} mb="sm" lang={mail.language}>{mail.subject}</Title>
                    <MailFrame title={t`Mail to ${mail.name}`} html={mail.html} width={WIDTHS[screen]} />
                  </>
                )}
              </Box>
            ))}
          </Stack>
        )}
      </Answer>
    </Stack>
  );
}

function Checks({ checks, tried }: { checks: CheckView[]; tried: number }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const value = (one: CheckView) => {
    if (one.code === "size") return `${formats.number(Math.round(one.value / 1024))} KB`;
    if (one.code === "missing_figures") return one.value ? formats.percent(one.value) : "";
    return "";
  };
  return (
    <Box className="paper" p="md">
      <Title order={3} mb={4}><Trans>Checks</Trans></Title>
      <Text size="sm" c="dimmed" mb="xs"><Trans>Tried out for {formats.number(tried)} contacts from the audience.</Trans></Text>
      <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {checks.map((one) => {
          const Icon = LEVELS[one.level as keyof typeof LEVELS] ?? IconAlertTriangle;
          const tone = one.level === "ok" ? "send" : one.level === "error" ? "suppress" : "queue";
          return (
            <Group key={one.code} component="li" gap="xs" wrap="nowrap" align="flex-start" c={`var(--${tone}-ink)`}>
              <Icon size={18} style={{ flex: "none", marginTop: 2 }} aria-hidden />
              <Text size="sm">{i18n._(wordOf(CHECKS, `${one.code}.${one.level}`))} {value(one)} {one.level !== "ok" ? one.found.join(", ") : ""}</Text>
            </Group>
          );
        })}
      </Stack>
    </Box>
  );
}
