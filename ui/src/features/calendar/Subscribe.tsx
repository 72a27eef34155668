import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Group, Modal, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconCopy, IconRss } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type FeedForm, type FeedView, listFeedsOptions, listFeedsQueryKey, makeFeedMutation, revokeFeedMutation, saidOf } from "../../api";
import { useAudienceWords } from "../../ui/audience/words";
import { useFormats } from "../../ui/dates";
import { Answer, Failure } from "../../ui/states";
import { useTeamTitle } from "../../ui/teams";
import { CHANNELS, TYPES, wordOf } from "../../ui/words";
import type { View } from "./view";

/** The calendar in other calendar programs: feeds made, copied and revoked. */
export function Subscribe({ search }: { search: View }) {
  const { t } = useLingui();
  const [open, { open: ask, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={ask} leftSection={<IconRss size={18} aria-hidden />}><Trans>Subscribe</Trans></Button>
      <Modal opened={open} onClose={close} size="lg" title={t`The calendar in your own program`} closeButtonProps={{ "aria-label": t`Close` }}>
        <Stack>
          <Text size="sm"><Trans>Outlook, Google Calendar and others read the calendar from a secret address. Whoever knows the address can read it, until you revoke it.</Trans></Text>
          <NewFeed search={search} />
          <Feeds />
        </Stack>
      </Modal>
    </>
  );
}

/** What part of the calendar a feed holds, in words. */
function useHeld(): (filters: FeedView["filters"]) => string {
  const { t, i18n } = useLingui();
  const titleOf = useTeamTitle();
  const wordsOf = useAudienceWords();
  return (filters) => {
    const { team, type, channel, campaign, account, audience } = filters as View;
    const parts = [team && titleOf(team), type && i18n._(wordOf(TYPES, type)), channel && i18n._(wordOf(CHANNELS, channel)), campaign, account, audience && wordsOf(audience)];
    return parts.filter(Boolean).join(" · ") || t`the whole calendar`;
  };
}

function NewFeed({ search }: { search: View }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const held = useHeld();
  const [name, setName] = useState("");
  const { team, type, channel, campaign, account, audience } = search;
  const filters = { team, type, channel, campaign, account, audience } as NonNullable<FeedForm["filters"]>;
  const make = useMutation({
    ...makeFeedMutation(),
    onSuccess: async () => {
      setName("");
      await cache.invalidateQueries({ queryKey: listFeedsQueryKey() });
    },
  });
  const what = held(filters);
  return (
    <form onSubmit={(event) => { event.preventDefault(); make.mutate({ body: { name, filters } }); }}>
      <Group align="flex-end" gap="sm">
        <TextInput label={t`Name of the feed`} description={t`It shows ${what}, as you see it now.`} required data-autofocus maxLength={200} value={name} style={{ flex: "1 1 14rem" }}
          onChange={(event) => setName(event.currentTarget.value)} error={saidOf(make.error, "name")} />
        <Button type="submit" loading={make.isPending}><Trans>Make a feed</Trans></Button>
      </Group>
      {make.error && !saidOf(make.error, "name") ? <Failure error={make.error} /> : null}
      {make.data ? <Address url={make.data.url} /> : null}
    </form>
  );
}

function Address({ url }: { url: string }) {
  const { t } = useLingui();
  return (
    <Group align="flex-end" gap="sm" mt="sm" role="status">
      <TextInput label={t`Its address`} description={t`Copy it now: it is not shown again.`} readOnly value={url} style={{ flex: "1 1 14rem" }} onFocus={(event) => event.currentTarget.select()} />
      <CopyButton value={url}>
        {({ copied, copy }) => (
          <Button type="button" variant="default" onClick={copy} leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}>
            {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

function Feeds() {
  const { t } = useLingui();
  const cache = useQueryClient();
  const feeds = useQuery(listFeedsOptions());
  const revoke = useMutation({ ...revokeFeedMutation(), onSuccess: () => cache.invalidateQueries({ queryKey: listFeedsQueryKey() }) });
  return (
    <section aria-label={t`Your feeds`}>
      <Title order={3} fz="md" mb="xs"><Trans>Your feeds</Trans></Title>
      {revoke.error ? <Failure error={revoke.error} /> : null}
      <Answer of={feeds}>
        {(listed) => listed.length ? (
          <Stack gap="xs">
            {listed.map((one) => <Feed key={one.id} feed={one} busy={revoke.isPending} revoke={() => revoke.mutate({ path: { feed_id: one.id } })} />)}
          </Stack>
        ) : <Text size="sm" c="dimmed"><Trans>None yet.</Trans></Text>}
      </Answer>
    </section>
  );
}

function Feed({ feed, busy, revoke }: { feed: FeedView; busy: boolean; revoke: () => void }) {
  const { t } = useLingui();
  const formats = useFormats();
  const held = useHeld();
  const { name } = feed;
  return (
    <Group justify="space-between" className="paper" px="md" py="xs">
      <div style={{ flex: "1 1 12rem", minWidth: 0 }}>
        <Text size="sm" fw={600}>{name}</Text>
        <Text size="sm" c="dimmed">{held(feed.filters)} · {formats.moment(feed.created_at)}</Text>
      </div>
      <Button variant="light" color="red" size="xs" disabled={busy} aria-label={t`Revoke “${name}”`} onClick={revoke}><Trans>Revoke</Trans></Button>
    </Group>
  );
}
