import { Plural, Trans } from "@lingui/react/macro";
import { Loader, Paper, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { previewRule, refusalOf } from "../../api";
import { useFormats } from "../../ui/dates";
import type { Group } from "./rule";

/** The rule in words, how many contacts it holds for now, and ten of them, while it is written. */
export function RulePreview({ rule }: { rule: Group }) {
  const formats = useFormats();
  const [asked] = useDebouncedValue(rule, 500);
  const found = useQuery({
    queryKey: ["rule", asked],
    queryFn: async () => (await previewRule({ body: { rule: { ...asked } }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (found.error) return <Text size="sm" c="red" role="alert">{refusalOf(found.error)?.detail ?? <Trans>The contacts could not be counted.</Trans>}</Text>;
  if (!found.data) return <Loader size="sm" />;
  const { contacts, everyone, sample, text } = found.data;
  const share = formats.percent(everyone ? contacts / everyone : 0);
  return (
    <Paper withBorder p="md" style={{ opacity: found.isFetching ? 0.6 : 1 }}>
      <Stack gap="xs">
        <Text style={{ overflowWrap: "anywhere" }}>{text}</Text>
        <Text fw={600} role="status"><Plural value={contacts} one="# contact" other="# contacts" /> · {share}</Text>
        {sample.map((one) => (
          <Text key={one.id} size="sm" truncate>
            <Link to="/contacts/$id" params={{ id: one.contact }}>{one.name || one.email || one.contact}</Link>
            {one.account ? <Text span c="dimmed"> · {one.account}</Text> : null}
          </Text>
        ))}
      </Stack>
    </Paper>
  );
}
