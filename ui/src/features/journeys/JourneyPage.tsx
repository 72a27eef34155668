import { Trans } from "@lingui/react/macro";
import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { getJourneyOptions, type JourneyDetailView } from "../../api";
import { useFormats } from "../../ui/dates";
import { Page } from "../../ui/Page";
import { Answer } from "../../ui/states";
import { Builder } from "./Builder";
import { JourneyState } from "./JourneyState";

const route = getRouteApi("/inside/journeys/$name");

/** A journey, drawn and told, with what it does to whom. */
export function JourneyPage() {
  const { name } = route.useParams();
  const journey = useQuery(getJourneyOptions({ path: { name } }));
  return (
    <Answer of={journey}>
      {(found) => (
        <Page title={found.name} heading={<Group gap="sm" component="span">{found.name} <JourneyState state={found.state} /></Group>} lead={<Lead found={found} />}>
          <Builder key={found.name} found={found} />
        </Page>
      )}
    </Answer>
  );
}

function Lead({ found }: { found: JourneyDetailView }) {
  const formats = useFormats();
  if (!found.published_at) return <Trans>It was never published; nobody comes in.</Trans>;
  const [entered, inside, converted] = [found.entered, found.inside, found.converted].map(formats.number);
  return (
    <Group gap={0} style={{ columnGap: "var(--mantine-spacing-md)" }}>
      <Text span><Trans>Version {found.version} since {formats.moment(found.published_at)}</Trans></Text>
      <Text span><Trans>{entered} came in, {inside} are inside, {converted} converted</Trans></Text>
      {found.changed ? <Text span c="var(--queue-ink)"><Trans>the draft differs from it</Trans></Text> : null}
      {found.stuck ? <Text span c="var(--suppress-ink)"><Trans>{found.stuck} moved too often and rest</Trans></Text> : null}
    </Group>
  );
}
