import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { listSegmentsOptions, type SegmentView } from "../../api";
import { Page } from "../../ui/Page";
import { useSession } from "../../ui/session";
import { Answer, Empty } from "../../ui/states";
import { SegmentForm } from "./SegmentForm";

const SOON = 2_000;

/** All segments, each with its rule in words and the number of its members. */
export function SegmentsPage() {
  const { t } = useLingui();
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const segments = useQuery({ ...listSegmentsOptions(), refetchInterval: (query) => (query.state.data?.some((one) => !one.refreshed_at) ? SOON : false) });
  const add = may("campaigns.write") && !adding ? <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}><Trans>New segment</Trans></Button> : null;
  return (
    <Page title={t`Segments`} lead={<Trans>Contacts by rules. Who is in a segment is kept current, whatever happens to them.</Trans>} actions={add}>
      {adding ? <SegmentForm done={() => setAdding(false)} /> : (
        <Answer of={segments}>
          {(all) => (all.length ? <Stack gap="xs">{all.map((one) => <Row key={one.key} segment={one} />)}</Stack> : (
            <Empty title={t`There is no segment yet`}>{t`A segment is a rule with a name: audiences, policies and other rules can use it.`}</Empty>
          ))}
        </Answer>
      )}
    </Page>
  );
}

function Row({ segment }: { segment: SegmentView }) {
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Stack gap={2} miw={0}>
          <Text fw={600} component="div"><Link to="/segments/$key" params={{ key: segment.key }}>{segment.name}</Link></Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>{segment.text}</Text>
        </Stack>
        {segment.refreshed_at ? <Badge variant="light" size="lg" tt="none" style={{ flexShrink: 0 }}><Plural value={segment.members} one="# contact" other="# contacts" /></Badge> : <Text size="sm" c="dimmed"><Trans>being found</Trans></Text>}
      </Group>
    </Paper>
  );
}
