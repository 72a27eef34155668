import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { LANGUAGES, speak } from "../../i18n";
import { LANGUAGE_NAMES } from "../../ui/languages";

/** What stands around the pages before one is inside: the name, the page, and the languages. */
export function Doorway({ title, children }: { title: string; children: ReactNode }) {
  const { i18n, t } = useLingui();
  useEffect(() => {
    document.title = `${title} · Pauta`;
  }, [title]);
  return (
    <Box mih="100dvh" px="md" py="xl">
      <Box maw={400} mx="auto" component="main">
        <Text fw={700} fz={28} c="var(--mantine-color-anchor)">Pauta</Text>
        <Text c="dimmed" mb="lg">{t`One calendar and one gate for everything you say to your customers.`}</Text>
        <Box className="paper" p="lg">
          <Title order={1} fz="xl" mb="md">{title}</Title>
          {children}
        </Box>
        <Group justify="center" gap="xs" mt="lg" component="nav" aria-label={t`Language`}>
          {LANGUAGES.map((one) => (
            <ActionIcon key={one} variant={i18n.locale === one ? "light" : "subtle"} size="lg" w="auto" px="sm" lang={one}
              aria-pressed={i18n.locale === one} onClick={() => void speak(one)}>
              <Text size="sm">{LANGUAGE_NAMES[one]}</Text>
            </ActionIcon>
          ))}
        </Group>
      </Box>
    </Box>
  );
}
