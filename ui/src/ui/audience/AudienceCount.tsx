import { Plural, Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { countAudience, refusalOf } from "../../api";
import type { Audience } from "./audience";

/** How many contacts an audience has now, while it is written. */
export function AudienceCount({ audience }: { audience: Audience }) {
  const [asked] = useDebouncedValue(audience, 400);
  const count = useQuery({
    queryKey: ["audience", asked],
    enabled: asked.list !== "" && asked.segment !== "",
    queryFn: async () => (await countAudience({ body: { audience: asked }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  });
  if (count.error) return <Text size="sm" c="red" mt="xs" role="status">{refusalOf(count.error)?.detail ?? <Trans>The contacts could not be counted.</Trans>}</Text>;
  if (!count.data) return null;
  return <Text fw={600} mt="xs" role="status"><Plural value={count.data.contacts} one="# contact" other="# contacts" /></Text>;
}
