import { Trans, useLingui } from "@lingui/react/macro";
import { Table, Text } from "@mantine/core";
import { Fragment } from "react";
import type { GroupMixView, MixView } from "../../api";
import { useFormats } from "../../ui/dates";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { STAGES, TYPES, wordOf } from "../../ui/words";
import styles from "./mix.module.css";

const COLOURS: Record<string, string> = { educational: "var(--team-1)", relationship: "var(--team-0)", promotional: "var(--team-2)", operational: "var(--team-3)", transactional: "var(--team-7)" };

/** The groups of contacts with what they get, and whether it is above the target. */
export function MixTable({ mix, by }: { mix: MixView; by: string }) {
  const { t, i18n } = useLingui();
  const formats = useFormats();
  const nameOf = useGroupName(by);
  const type = i18n._(wordOf(TYPES, mix.target.type));
  const over = (one: GroupMixView) => one.share * 100 > mix.target.percent;
  return (
    <>
      <ul className={styles.legend} aria-label={t`Legend`}>
        {Object.entries(COLOURS).map(([code, colour]) => <li key={code}><span className={styles.swatch} style={{ background: colour }} />{i18n._(wordOf(TYPES, code))}</li>)}
      </ul>
      <Table.ScrollContainer minWidth={340} className="paper">
        <Table verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th><Trans>Contacts</Trans></Table.Th>
              <Table.Th visibleFrom="sm" w="40%"><Trans>Messages by type</Trans></Table.Th>
              <Table.Th ta="end"><Trans>Share: {type}</Trans></Table.Th>
              <Table.Th ta="end"><Trans>Contacts above</Trans></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="figures">
            {mix.groups.map((one) => (
              <Fragment key={one.group}>
              <Table.Tr className={styles.group}>
                <Table.Th scope="row" fw={600}>
                  {nameOf(one.group)}
                  <Text size="sm" c="dimmed">{formats.number(one.contacts)}</Text>
                </Table.Th>
                <Table.Td visibleFrom="sm"><Bar group={one} /></Table.Td>
                <Table.Td ta="end" fw={over(one) ? 650 : undefined} c={over(one) ? "var(--suppress-ink)" : undefined}>
                  {formats.percent(one.share)}{over(one) ? <Text size="sm"><Trans>above the target</Trans></Text> : null}
                </Table.Td>
                <Table.Td ta="end">{formats.number(one.contacts_over)}</Table.Td>
              </Table.Tr>
              <Table.Tr hiddenFrom="sm"><Table.Td colSpan={3} pt={0}><Bar group={one} /></Table.Td></Table.Tr>
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function useGroupName(by: string): (code: string) => string {
  const { t, i18n } = useLingui();
  const regions = new Intl.DisplayNames(i18n.locale, { type: "region" });
  return (code) => {
    if (by === "everyone") return t`Everybody`;
    if (!code) return t`not known`;
    if (by === "stage") return i18n._(wordOf(STAGES, code));
    if (by === "language") return (LANGUAGE_NAMES as Record<string, string>)[code] ?? code;
    return by === "country" && /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
  };
}

function Bar({ group }: { group: GroupMixView }) {
  const { i18n } = useLingui();
  const formats = useFormats();
  const parts = Object.keys(COLOURS).map((code) => ({ code, count: group.messages[code] ?? 0 })).filter((one) => one.count > 0);
  const total = parts.reduce((sum, one) => sum + one.count, 0);
  const said = parts.map((one) => `${i18n._(wordOf(TYPES, one.code))} ${formats.number(one.count)}`).join(" · ");
  return (
    <>
      <div className={styles.bar} aria-hidden>
        {parts.map((one) => <span key={one.code} style={{ width: `${(100 * one.count) / total}%`, background: COLOURS[one.code] }} />)}
      </div>
      <Text size="sm" c="dimmed" mt={2}>{said}</Text>
    </>
  );
}
