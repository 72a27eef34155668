import { Trans } from "@lingui/react/macro";
import { Alert, Text } from "@mantine/core";
import { IconCloudOff, IconDatabaseExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getDiskOptions, refusalOf } from "../api";
import { useFormats } from "../ui/dates";
import { useStops } from "./StopSwitch";

/** That the server cannot be reached, on every page; the page itself goes on showing what it knew. */
export function LostBanner() {
  const { failureReason } = useStops();
  if (!failureReason || refusalOf(failureReason)) return null;
  return (
    <Alert role="alert" color="red" icon={<IconCloudOff />} mb="md" title={<Trans>Pauta does not answer</Trans>}>
      <Text size="sm"><Trans>What you see may be old, and nothing can be saved. This page keeps trying by itself.</Trans></Text>
    </Alert>
  );
}

/** That nothing new is taken in because the disk is nearly full, on every page. */
export function DiskBanner() {
  const formats = useFormats();
  const disk = useQuery({ ...getDiskOptions(), refetchInterval: 30_000 });
  if (!disk.data?.short) return null;
  const { folder } = disk.data;
  const [free, reserve] = [disk.data.free_mb, disk.data.reserve_mb].map(formats.number);
  return (
    <Alert role="alert" color="red" icon={<IconDatabaseExclamation />} mb="md" title={<Trans>The disk is nearly full</Trans>}>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}><Trans>{free} MB are left in {folder}, and {reserve} MB must stay free. Nothing new is taken in or launched until there is room; then everything goes on by itself.</Trans></Text>
    </Alert>
  );
}
