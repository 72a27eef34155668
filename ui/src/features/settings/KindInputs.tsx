import { useLingui } from "@lingui/react/macro";
import { MultiSelect, TagsInput } from "@mantine/core";
import { CHANNELS, SENDABLE, TYPES, wordOf } from "../../ui/words";

/** Kinds of messages; an empty list means any. */
export interface Kinds {
  types: string[];
  topics: string[];
  channels: string[];
}

interface KindInputsProps {
  value: Kinds;
  change: (part: Partial<Kinds>) => void;
  said: (field: string) => string | undefined;
}

/** The inputs for kinds of messages. */
export function KindInputs({ value, change, said }: KindInputsProps) {
  const { t, i18n } = useLingui();
  const any = (chosen: string[]) => (chosen.length ? undefined : t`any`);
  return (
    <>
      <MultiSelect label={t`Types`} placeholder={any(value.types)} value={value.types} onChange={(types) => change({ types })}
        data={Object.entries(TYPES).map(([code, word]) => ({ value: code, label: i18n._(word) }))} error={said("types")} />
      <MultiSelect label={t`Channels`} placeholder={any(value.channels)} value={value.channels} onChange={(channels) => change({ channels })}
        data={SENDABLE.map((code) => ({ value: code, label: i18n._(wordOf(CHANNELS, code)) }))} error={said("channels")} />
      <TagsInput label={t`Topics`} placeholder={any(value.topics)} value={value.topics} onChange={(topics) => change({ topics })} error={said("topics")} />
    </>
  );
}

/** The sentence part that tells kinds of messages. */
export function useKindsTold(): (kinds: { types?: string[]; topics?: string[]; channels?: string[] }) => string {
  const { t, i18n } = useLingui();
  return ({ types = [], topics = [], channels = [] }) =>
    [
      types.length ? types.map((one) => i18n._(wordOf(TYPES, one))).join(", ") : t`every type`,
      topics.join(", "),
      channels.length ? channels.map((one) => i18n._(wordOf(CHANNELS, one))).join(", ") : t`every channel`,
    ].filter(Boolean).join(" · ");
}
