import { Box, Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with its title in the tab, its heading, and what can be done there. */
export function Page({ title, heading, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Pauta`;
  }, [title]);
  return (
    <Box maw={1240} mx="auto">
      <Group justify="space-between" align="flex-start" mb="md" gap="sm">
        <Box miw={0} style={{ flex: "1 1 20rem" }}>
          <Title order={1}>{heading ?? title}</Title>
          {lead ? <Text c="dimmed" mt={4} component="div">{lead}</Text> : null}
        </Box>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </Group>
      {children}
    </Box>
  );
}
