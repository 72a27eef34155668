import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Autocomplete, Button, Fieldset, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import {
  acceptRequestMutation, type CampaignForm, type CampaignView, changeCampaignMutation, createCampaignMutation, listTeamsOptions, listTemplatesOptions, listTopicsOptions, refusalOf, type RequestView, saidOf,
} from "../../api";
import { EVERYONE } from "../../ui/audience/audience";
import { AudienceCount } from "../../ui/audience/AudienceCount";
import { AudienceEditor } from "../../ui/audience/AudienceEditor";
import { today } from "../../ui/dates";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";
import { CHANNELS, SENDABLE, TIERS, TYPES, wordOf } from "../../ui/words";
import { formOf } from "./form";
import { SenderField } from "./SenderField";

const FIELDS = ["name", "type", "topic", "team", "tier", "value", "channels", "not_before", "expires", "at", "template", "sender", "audience", "unread_days", "goal_event", "goal_days"];

/** The form of a campaign, new (perhaps one that was asked for) or a draft. */
export function CampaignEditor({ campaign, request }: { campaign: CampaignView | null; request?: RequestView }) {
  const { t, i18n } = useLingui();
  const { session } = useSession();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const templates = useQuery(listTemplatesOptions());
  const teams = useQuery(listTeamsOptions());
  const topics = useQuery(listTopicsOptions());
  const [name, setName] = useState(campaign?.name ?? request?.title ?? "");
  const [form, setForm] = useState<CampaignForm>(
    campaign ? formOf(campaign) : { type: "educational", topic: "", team: request?.team ?? session?.team ?? "", template: "", audience: EVERYONE, not_before: request?.wished ?? today(), channels: ["email"], tier: 2, value: 0 },
  );
  const change = (part: Partial<CampaignForm>) => setForm((old) => ({ ...old, ...part }));
  const saved = async () => {
    await cache.invalidateQueries();
    if (campaign) notifications.show({ message: t`The draft is saved.` });
    else await navigate({ to: "/campaigns/$name", params: { name }, search: {} });
  };
  const create = useMutation({ ...createCampaignMutation(), onSuccess: saved });
  const update = useMutation({ ...changeCampaignMutation(), onSuccess: saved });
  const accept = useMutation({ ...acceptRequestMutation(), onSuccess: saved });
  const save = campaign ? update : request ? accept : create;
  const submit = () => {
    if (request && !campaign) accept.mutate({ path: { request_id: request.id }, body: { ...form, name } });
    else (campaign ? update : create).mutate({ path: { name }, body: form });
  };
  const said = (field: string) => saidOf(save.error, field);
  const elsewhere = save.error && !FIELDS.some((field) => said(field));
  const nameTaken = refusalOf(save.error)?.code === "campaigns.name_taken" ? refusalOf(save.error)?.detail : undefined;
  return (
    <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <Stack maw={820}>
        {campaign && ["submitted", "approved"].includes(campaign.state) ? (
          <Alert color="yellow" py="xs"><Trans>Any change of content, audience or dates makes it a draft again, to be submitted anew.</Trans></Alert>
        ) : null}
        <Fieldset legend={t`What`} className="paper">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={t`Name`} required disabled={campaign !== null} value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} error={said("name") ?? nameTaken} />
            <Select label={t`Content`} description={t`A published template`} required searchable value={form.template || null} onChange={(value) => change({ template: value ?? "" })}
              data={(templates.data ?? []).map((one) => one.name)} error={said("template")} inputWrapperOrder={["label", "input", "description", "error"]} />
            <SenderField value={form.sender ?? ""} onChange={(sender) => change({ sender })} error={said("sender")} />
            <Select label={t`Type`} required allowDeselect={false} value={form.type} onChange={(value) => change({ type: value as CampaignForm["type"] })}
              data={["educational", "relationship", "promotional", "operational", "transactional"].map((code) => ({ value: code, label: i18n._(wordOf(TYPES, code)) }))} error={said("type")} />
            <Autocomplete label={t`Topic`} description={t`As consents and policies name it`} value={form.topic} onChange={(topic) => change({ topic })} error={said("topic")}
              data={(topics.data ?? []).map((one) => one.name)} inputWrapperOrder={["label", "input", "description", "error"]} />
            <Select label={t`Team`} required searchable value={form.team || null} onChange={(value) => change({ team: value ?? "" })}
              data={(teams.data ?? []).map((one) => ({ value: one.name, label: one.title }))} error={said("team")} />
            <Select label={t`Priority`} allowDeselect={false} value={String(form.tier)} onChange={(value) => change({ tier: Number(value) })}
              data={["0", "1", "2", "3"].map((code) => ({ value: code, label: i18n._(wordOf(TIERS, code)) }))} error={said("tier")} />
            <MultiSelect label={t`Channels, the preferred one first`} required value={form.channels ?? []} onChange={(value) => change({ channels: value as CampaignForm["channels"] })}
              data={SENDABLE.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} error={said("channels")} />
            <NumberInput label={t`Value`} description={t`Within a priority, the higher value goes first`} value={form.value} onChange={(value) => change({ value: Number(value) })} error={said("value")} inputWrapperOrder={["label", "input", "description", "error"]} />
          </SimpleGrid>
        </Fieldset>
        <Fieldset legend={t`Who`} className="paper">
          <AudienceEditor audience={form.audience ?? EVERYONE} change={(audience) => change({ audience })} error={said("audience")} />
          <AudienceCount audience={form.audience ?? EVERYONE} />
        </Fieldset>
        <Fieldset legend={t`When`} className="paper">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <TextInput type="date" label={t`First day`} required value={form.not_before ?? ""} onChange={(event) => change({ not_before: event.currentTarget.value || null })} error={said("not_before")} />
            <TextInput type="date" label={t`Last day`} min={form.not_before ?? undefined} value={form.expires ?? ""} onChange={(event) => change({ expires: event.currentTarget.value || null })} error={said("expires")} />
            <TextInput type="time" label={t`Hour of the contact’s day`} value={form.at ?? ""} onChange={(event) => change({ at: event.currentTarget.value || null })} error={said("at")} />
          </SimpleGrid>
          <Switch mt="md" label={t`Urgent: take the earliest day on any channel`} checked={form.urgent ?? false} onChange={(event) => change({ urgent: event.currentTarget.checked })} />
        </Fieldset>
        <Fieldset legend={t`What should come of it`} className="paper">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <NumberInput label={t`Days to wait for it to be read`} description={t`Then it goes on by the next channel; 0 for never`} min={0} max={90} allowDecimal={false} value={form.unread_days ?? ""}
              onChange={(value) => change({ unread_days: value === "" ? null : Number(value) })} error={said("unread_days")} inputWrapperOrder={["label", "input", "description", "error"]} />
            <TextInput label={t`Goal`} description={t`The event that it is meant to bring about`} maxLength={120} value={form.goal_event ?? ""} onChange={(event) => change({ goal_event: event.currentTarget.value })} error={said("goal_event")}
              inputWrapperOrder={["label", "input", "description", "error"]} />
            <NumberInput label={t`Within how many days`} description={t`How long after the message the goal counts`} min={1} max={366} allowDecimal={false} disabled={!form.goal_event} value={form.goal_days ?? 14}
              onChange={(value) => change({ goal_days: value === "" ? null : Number(value) })} error={said("goal_days")} inputWrapperOrder={["label", "input", "description", "error"]} />
          </SimpleGrid>
        </Fieldset>
        {elsewhere && !nameTaken ? <Failure error={save.error} /> : null}
        <Group>
          <Button type="submit" loading={save.isPending}>{campaign ? <Trans>Save the draft</Trans> : <Trans>Save, and see what it would do</Trans>}</Button>
        </Group>
      </Stack>
    </form>
  );
}
