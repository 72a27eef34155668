import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useFormats } from "../../ui/dates";
import { type Figure, useDrawing } from "./drawing";
import classes from "./journeys.module.css";

/** How many came to a step, wait there, went on and reached the goal; each figure opens the contacts behind it. */
export function NodeFigures({ node }: { node: string }) {
  const { t } = useLingui();
  const formats = useFormats();
  const { figures, show, story, journey } = useDrawing();
  const found = figures.get(node);
  if (figures.size === 0) return null;
  const step = journey.nodes?.find((one) => one.id === node);
  const name = step ? story.sentence(step, journey) : node;
  const all: [Figure, number, ReactNode, string][] = [
    ["in", found?.came ?? 0, <Trans key="in" context="figure">in</Trans>, t`Who came to: ${name}`],
    ["waiting", found?.waiting ?? 0, <Trans key="waiting" context="figure">wait</Trans>, t`Who waits at: ${name}`],
    ["passed", found?.passed ?? 0, <Trans key="passed" context="figure">went on</Trans>, t`Who went on from: ${name}`],
    ["converted", found?.converted ?? 0, <Trans key="converted" context="figure">converted</Trans>, t`Who passed here and converted: ${name}`],
  ];
  return (
    <div className={`${classes.figures} nodrag nopan`}>
      {all.map(([figure, count, word, label]) => (
        <button key={figure} type="button" disabled={!count} aria-label={`${label}: ${formats.number(count)}`} onClick={(event) => { event.stopPropagation(); show(node, figure); }}>
          <b>{formats.compact(count)}</b> {word}
        </button>
      ))}
    </div>
  );
}
