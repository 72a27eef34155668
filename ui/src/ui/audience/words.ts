import { useLingui } from "@lingui/react/macro";
import { usePlaces } from "../places";
import { STAGES, wordOf } from "../words";
import { type Audience, type Condition, conditionsOf, FIELDS, fieldOf, kindOf, OPERATORS, written } from "./audience";

/** Who an audience is, in words. */
export function useAudienceWords(): (audience: Audience) => string {
  const { t, i18n } = useLingui();
  const places = usePlaces();
  const valueOf = ({ field, value }: Condition): string => {
    if (field.endsWith(".stage")) return [value].flat().map((one) => i18n._(wordOf(STAGES, String(one)))).join(", ");
    if (field.endsWith(".country")) return [value].flat().map((one) => places.country(String(one))).join(", ");
    if (field.endsWith(".language")) return [value].flat().map((one) => places.language(String(one))).join(", ");
    return written(value);
  };
  const conditionOf = (one: Condition): string => {
    const found = fieldOf(one.field);
    const field = found ? [i18n._(FIELDS[found.known]), found.attribute && `“${found.attribute}”`].filter(Boolean).join(" ") : one.field;
    if (one.op === "is empty") return one.value === false ? t`${field} is not empty` : t`${field} is empty`;
    const operator = OPERATORS[one.op as keyof typeof OPERATORS];
    return [field, operator ? i18n._(operator) : one.op, valueOf(one)].join(" ");
  };
  return (audience) => {
    const kind = kindOf(audience);
    if (kind === "list") return t`the list “${String(audience.list)}”`;
    if (kind === "segment") return t`the segment “${String(audience.segment)}”`;
    if (kind === "everyone") return t`everyone`;
    const found = conditionsOf(audience);
    if (!found) return t`those who fit a nested filter`;
    return found.conditions.map(conditionOf).join(found.joined === "all" ? t` and ` : t` or `);
  };
}
