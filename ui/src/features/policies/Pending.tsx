import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Stack } from "@mantine/core";
import type { PolicyPreviewView } from "../../api";
import { Failure, Loading } from "../../ui/states";
import { Changes } from "./Changes";

interface PendingProps {
  preview: { data: PolicyPreviewView | undefined; error: unknown; isPending: boolean };
  save: { error: unknown; isPending: boolean };
  discard: () => void;
  confirm: () => void;
}

/** Changes that are not yet in force: what they would do, and the choice to put them in force. */
export function Pending({ preview, save, discard, confirm }: PendingProps) {
  const { t } = useLingui();
  return (
    <Alert color="yellow" title={t`Not yet in force: what this change would do in the next 30 days`}>
      <Stack>
        {preview.isPending ? <Loading /> : null}
        {preview.error ? <Failure error={preview.error} /> : null}
        {preview.data && !preview.isPending ? <Changes changes={preview.data.changes} /> : null}
        {save.error ? <Failure error={save.error} /> : null}
        <Group>
          <Button disabled={!preview.data || preview.isPending} loading={save.isPending} onClick={confirm}><Trans>Put in force</Trans></Button>
          <Button variant="default" onClick={discard}><Trans>Discard</Trans></Button>
        </Group>
      </Stack>
    </Alert>
  );
}
