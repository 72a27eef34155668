import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CampaignView, type FigureView, getFiguresOptions } from "../../api";
import { useFormats } from "../../ui/dates";
import { Answer } from "../../ui/states";
import { Recipients } from "./Recipients";

const AGAIN = 30_000;
/** How long after the launch opens and clicks tell something. */
const SETTLED = 24 * 60 * 60_000;
const WORDS: Record<FigureView["figure"], MessageDescriptor> = {
  sent: msg`given to a server`,
  delivered: msg`arrived`,
  opened: msg`opened by people`,
  clicked: msg`links followed by people`,
  replied: msg`answered`,
  converted: msg`reached the goal`,
  bounced: msg`came back`,
  complained: msg`reported as spam`,
  unsubscribed: msg`unsubscribed`,
  machine_opened: msg`opened by programs`,
  scanned: msg`links followed by programs`,
};
/** More of these is worse. */
const BAD = ["bounced", "complained", "unsubscribed"];

/** What came of a campaign, people and programs apart, with what is usual; each figure opens the contacts behind it. */
export function Figures({ campaign }: { campaign: CampaignView }) {
  const figures = useQuery({ ...getFiguresOptions({ path: { name: campaign.name } }), refetchInterval: AGAIN });
  return (
    <Answer of={figures}>
      {(told) => {
        const shown = told.figures.filter((one) => one.figure !== "sent" && (one.figure !== "converted" || campaign.goal_event));
        return (told.figures[0]?.messages ?? 0) > 0 ? <Shown name={campaign.name} figures={shown} measured={told.measured} settled={Date.parse(campaign.launched_at ?? "") < Date.now() - SETTLED} /> : null;
      }}
    </Answer>
  );
}

function Shown({ name, figures, measured, settled }: { name: string; figures: FigureView[]; measured: number; settled: boolean }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const [opened, setOpened] = useState<FigureView | null>(null);
  return (
    <Stack gap="xs" mt="xl">
      <Title order={2}><Trans>What came of it</Trans></Title>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
        {figures.map((one) => <Tile key={one.figure} one={one} tone={toneOf(one, settled)} open={() => setOpened(one)} />)}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        <Trans>For {formats.number(measured)} e-mails Pauta can tell whether they are opened. Mail programs and scanners open e-mails and follow links as well; they are counted apart.</Trans>
      </Text>
      {opened ? <Recipients name={name} title={i18n._(WORDS[opened.figure])} query={{ figure: opened.figure }} close={() => setOpened(null)} /> : null}
    </Stack>
  );
}

function Tile({ one, tone, open }: { one: FigureView; tone: string; open: () => void }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const share = (value: number) => new Intl.NumberFormat(i18n.locale, { style: "percent", maximumFractionDigits: 2 }).format(value);
  const label = i18n._(WORDS[one.figure]);
  return (
    <Box className="paper" px="md" py="sm" style={tone ? { background: `var(--${tone}-back)`, color: `var(--${tone}-ink)` } : undefined}>
      <Text size="sm">{label}</Text>
      <Anchor component="button" type="button" fz={24} fw={650} c="inherit" underline="hover" className="figures" aria-haspopup="dialog" disabled={!one.messages} onClick={open}
        aria-label={t`Who: ${formats.number(one.messages)}, ${label}`}>{formats.number(one.messages)}</Anchor>
      {one.rate === null ? null : <Text size="sm" className="figures">{share(one.rate)}</Text>}
      {one.high === null ? null : (
        <Text size="xs" className="figures">{one.low ? t`usual: ${share(one.low)} to ${share(one.high)}` : t`usual: under ${share(one.high)}`}</Text>
      )}
    </Box>
  );
}

/** How a figure stands against what is usual. */
function toneOf({ figure, rate, low, high }: FigureView, settled: boolean): string {
  if (rate === null || low === null || high === null) return "";
  if (BAD.includes(figure)) return rate > high ? "suppress" : "";
  if (rate < low) return settled ? "queue" : "";
  return "send";
}
