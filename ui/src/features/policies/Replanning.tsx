import { Trans, useLingui } from "@lingui/react/macro";
import { Progress, Text } from "@mantine/core";
import type { ReplanningView } from "../../api";
import { useFormats } from "../../ui/dates";

/** How far planning anew under the version in force has come. */
export function Replanning({ version, accounts, left }: ReplanningView) {
  const { t } = useLingui();
  const formats = useFormats();
  return (
    <div className="paper" style={{ padding: "0.75rem 1rem" }}>
      <Text size="sm" mb={6} role="status">
        <Trans>What is planned is looked at again under version {version}: {formats.number(accounts - left)} of {formats.number(accounts)} accounts are done. Meanwhile nothing leaves under the old policies.</Trans>
      </Text>
      <Progress value={(100 * (accounts - left)) / accounts} aria-label={t`Accounts that are done`} />
    </div>
  );
}
