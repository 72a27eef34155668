import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import type { RequestView } from "../api";
import { useColleagues } from "./colleagues";
import { useFormats } from "./dates";
import styles from "./Wish.module.css";

/** What is asked for, in the words of who asks. */
export function Wish({ request }: { request: RequestView }) {
  const { t } = useLingui();
  const formats = useFormats();
  const colleagues = useColleagues();
  const stakeholders = request.stakeholders.map((email) => colleagues.find((one) => one.value.toLowerCase() === email)?.label ?? email);
  const facts: [string, string][] = [[t`What`, request.what], [t`For whom`, request.whom], [t`Goal`, request.goal], [t`Told at the launch`, formats.list(stakeholders)]];
  return (
    <dl className={styles.wish}>
      {facts.filter(([, text]) => text).map(([name, text]) => (
        <div key={name}><Text component="dt" size="sm" c="dimmed">{name}</Text><Text component="dd" size="sm">{text}</Text></div>
      ))}
    </dl>
  );
}
