import { useLingui } from "@lingui/react/macro";
import { MultiSelect, NumberInput, Radio, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listTeamsOptions, listTemplatesOptions } from "../../api";
import { CHANNELS, SENDABLE, TIERS, TYPES, wordOf } from "../../ui/words";
import type { Defaults } from "./document";
import { numberOf } from "./inputs";
import type { FieldsProps } from "./StepFields";

type Shared = Pick<Defaults, "type" | "topic" | "team" | "tier" | "channels">;

interface DefaultsFieldsProps {
  value: Shared;
  change: (part: Shared) => void;
  said: (field: string) => string | undefined;
  /** What stands where nothing is chosen, in a message that follows its journey. */
  usual: Defaults | null;
}

/** What messages are: of the journey, or of one message where it differs. */
export function DefaultsFields({ value, change, said, usual }: DefaultsFieldsProps) {
  const { t, i18n } = useLingui();
  const teams = useQuery(listTeamsOptions()).data ?? [];
  const asJourney = usual ? t`as the journey says` : undefined;
  const clearable = usual !== null;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select label={t`Type`} clearable={clearable} allowDeselect={clearable} placeholder={asJourney} value={value.type ?? (clearable ? null : "relationship")} onChange={(type) => change({ type: type ?? undefined })}
        data={["educational", "relationship", "promotional", "operational", "transactional"].map((code) => ({ value: code, label: i18n._(wordOf(TYPES, code)) }))} error={said("type")} />
      <TextInput label={t`Topic`} placeholder={usual ? usual.topic || asJourney : undefined} value={value.topic ?? ""} onChange={(event) => change({ topic: event.currentTarget.value || undefined })} error={said("topic")} />
      <Select label={t`Team`} clearable searchable placeholder={asJourney} value={value.team || null} onChange={(team) => change({ team: team ?? undefined })} data={teams.map((one) => ({ value: one.name, label: one.title }))} error={said("team")} />
      <Select label={t`Priority`} clearable={clearable} allowDeselect={clearable} placeholder={asJourney} value={value.tier === undefined || value.tier === null ? (clearable ? null : "2") : String(value.tier)}
        onChange={(tier) => change({ tier: tier === null ? undefined : Number(tier) })} data={["0", "1", "2", "3"].map((code) => ({ value: code, label: i18n._(wordOf(TIERS, code)) }))} error={said("tier")} />
      <MultiSelect label={t`Channels, the preferred one first`} placeholder={value.channels?.length ? undefined : asJourney} value={value.channels ?? (clearable ? [] : ["email"])} onChange={(channels) => change({ channels: channels.length ? channels : undefined })}
        data={SENDABLE.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} error={said("channels")} style={{ gridColumn: "1 / -1" }} />
    </SimpleGrid>
  );
}

/** The form of a message. */
export function MessageFields({ step, change, said, journey }: FieldsProps) {
  const { t } = useLingui();
  const templates = (useQuery(listTemplatesOptions()).data ?? []).map((one) => one.name);
  const known = step.template && !templates.includes(step.template) ? [...templates, step.template] : templates;
  const { type, topic, team, tier, channels } = step;
  return (
    <Stack>
      <Select label={t`Content`} description={t`A published template`} searchable value={step.template || null} onChange={(template) => change({ template: template ?? "" })} data={known} error={said("template")} inputWrapperOrder={["label", "input", "description", "error"]} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput type="time" label={t`Hour of the contact’s day`} value={step.at ?? ""} onChange={(event) => change({ at: event.currentTarget.value || undefined })} error={said("at")} />
        <NumberInput label={t`Not any more after so many days`} min={0} max={365} allowDecimal={false} value={step.expires_days ?? 7} onChange={(days) => change({ expires_days: numberOf(days) })} error={said("expires_days")} />
      </SimpleGrid>
      <Radio.Group label={t`When the gate holds it`} value={step.held ?? "wait"} onChange={(held) => change({ held: held as "wait" | "skip" | "exit" })}>
        <Stack gap={6} mt={6}>
          <Radio value="wait" label={t`wait until it is sent or its days are over`} />
          <Radio value="skip" label={t`go on without it`} />
          <Radio value="exit" label={t`leave the journey`} />
        </Stack>
      </Radio.Group>
      <DefaultsFields value={{ type, topic, team, tier, channels }} change={change} said={said} usual={journey.messages ?? {}} />
    </Stack>
  );
}
