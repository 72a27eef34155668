import { Trans } from "@lingui/react/macro";
import { Box, Code, List, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type CalendarView, countAudience } from "../../api";
import { EVERYONE } from "../../ui/audience/audience";

/** What to do first, for a company of which Pauta knows no customer yet. */
export function FirstSteps({ calendar }: { calendar: CalendarView }) {
  const empty = calendar.days.every((day) => !day.campaigns.length && !day.messages.length && !day.calls);
  const everyone = useQuery({
    queryKey: ["audience", EVERYONE],
    enabled: empty,
    queryFn: async () => (await countAudience({ body: { audience: EVERYONE }, throwOnError: true })).data,
  });
  if (!empty || everyone.data?.contacts !== 0) return null;
  return (
    <Box className="paper" p="md" mb="md" component="section">
      <Title order={2} fz="lg" mb="xs"><Trans>Pauta knows no customer yet</Trans></Title>
      <List type="ordered" spacing="xs">
        <List.Item><Trans>Say who your company is: name, sender, postal address, time zone.</Trans> <Link to="/settings" search={{ tab: "company" }}><Trans>To the settings</Trans></Link></List.Item>
        <List.Item><Trans>Bring your customers: the command <Code>pauta import contacts people.csv --dry-run</Code> shows what a CSV file would do; programs use the API.</Trans></List.Item>
        <List.Item><Trans>Promise something: how many messages a week, at which hours, not on holidays.</Trans> <Link to="/policies"><Trans>To the policies</Trans></Link></List.Item>
        <List.Item><Trans>Invite colleagues, and say who may send what and who approves.</Trans> <Link to="/settings" search={{ tab: "people" }}><Trans>To the colleagues</Trans></Link></List.Item>
        <List.Item><Trans>Publish a template with <Code>pauta template publish</Code>, draft a campaign, and see whom it reaches before anything is sent.</Trans></List.Item>
      </List>
    </Box>
  );
}
