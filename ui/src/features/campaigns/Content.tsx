import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Code, ScrollArea, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getTemplateOptions } from "../../api";
import { useNameOf } from "../../ui/colleagues";
import { useFormats } from "../../ui/dates";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { Answer } from "../../ui/states";

/** What a template says in each of its languages, and what it needs to know of its reader. */
export function Content({ template }: { template: string }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const nameOf = useNameOf();
  const written = useQuery(getTemplateOptions({ path: { name: template } }));
  return (
    <Answer of={written}>
      {(languages) => (
        <Tabs defaultValue={(languages.find((one) => one.language === i18n.locale) ?? languages[0])?.language} variant="pills" keepMounted={false}>
          <Tabs.List mb="md" aria-label={t`Language`}>
            {languages.map((one) => (
              <Tabs.Tab key={one.language} value={one.language}>{(LANGUAGE_NAMES as Record<string, string>)[one.language] ?? one.language}</Tabs.Tab>
            ))}
          </Tabs.List>
          {languages.map((one) => (
            <Tabs.Panel key={one.language} value={one.language}>
              <Stack gap="sm" lang={one.language}>
                <Box className="paper" p="md">
                  <Text size="sm" c="dimmed"><Trans>Subject</Trans></Text>
                  <Text fw={600}>{one.source.subject}</Text>
                  <Text size="sm" c="dimmed" mt="xs">
                    <Trans>Version {one.version}, published {formats.moment(one.published_at)} by {nameOf(one.actor)}</Trans>
                  </Text>
                  {one.figures.length ? <Text size="sm" mt="xs"><Trans>Needs to know:</Trans> {one.figures.map((figure) => <Code key={figure} mr={6}>{figure}</Code>)}</Text> : null}
                </Box>
                <ScrollArea.Autosize mah={480} className="paper" viewportProps={{ tabIndex: 0, "aria-label": t`Source` }}>
                  <Code block bg="transparent">{one.source.body}</Code>
                </ScrollArea.Autosize>
              </Stack>
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Answer>
  );
}
