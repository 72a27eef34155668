import { Stack } from "@mantine/core";
import { useSession } from "../../ui/session";
import { DeadLetters } from "./DeadLetters";
import { Keys } from "./Keys";
import { Webhooks } from "./Webhooks";

/** Other programs: with which keys they come in, what is told to them, and what nobody understood of what they sent. */
export function Connections() {
  const { may } = useSession();
  return (
    <Stack gap="xl">
      {may("team.read") ? <Keys /> : null}
      {may("webhooks.manage") ? <Webhooks /> : null}
      {may("events.read") ? <DeadLetters /> : null}
    </Stack>
  );
}
