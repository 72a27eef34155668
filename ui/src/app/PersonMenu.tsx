import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconLogout, IconMoon, IconSun, IconUserCircle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { changeSessionMutation, signOutMutation } from "../api";
import { type Language, LANGUAGES, speak } from "../i18n";
import { LANGUAGE_NAMES } from "../ui/languages";
import { useSession } from "../ui/session";

/** Who sits here, their language and light, and the way out. */
export function PersonMenu() {
  const { t, i18n } = useLingui();
  const { session } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const change = useMutation(changeSessionMutation());
  const leave = useMutation({
    ...signOutMutation(),
    onSuccess: async () => {
      await navigate({ to: "/sign-in", search: {} });
      cache.clear();
    },
  });

  async function choose(language: Language) {
    await speak(language);
    if (session?.kind === "user") await change.mutateAsync({ body: { language } });
    await cache.invalidateQueries();
  }

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`You and your settings`}><IconUserCircle stroke={1.6} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label><Text fw={600} size="sm" c="var(--mantine-color-text)">{session?.name}</Text><Text size="xs">{session?.email ?? session?.role}</Text></Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t`Language`}</Menu.Label>
        {LANGUAGES.map((one) => (
          <Menu.Item key={one} lang={one} onClick={() => void choose(one)} role="menuitemradio" aria-checked={i18n.locale === one}
            rightSection={i18n.locale === one ? <IconCheck size={16} aria-hidden /> : null}>
            {LANGUAGE_NAMES[one]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={dark ? <IconSun size={16} aria-hidden /> : <IconMoon size={16} aria-hidden />} onClick={() => setColorScheme(dark ? "light" : "dark")}>
          {dark ? t`Light appearance` : t`Dark appearance`}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leave.mutate({})}>{t`Sign out`}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
