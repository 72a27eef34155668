import { useLingui } from "@lingui/react/macro";
import classes from "./journeys.module.css";
import { GROUPS, KIND_ICONS, KIND_WORDS } from "./words";

export const DRAGGED = "application/x-pauta-step";

/** The kinds of steps, to be dragged onto a way. By keyboard the plus on each way does the same. */
export function Palette() {
  const { t, i18n } = useLingui();
  return (
    <aside className={classes.palette} tabIndex={0} aria-label={t`Steps to drag onto a way`}>
      {GROUPS.flatMap((group) => group.kinds).map((kind) => {
        const Icon = KIND_ICONS[kind];
        return (
          <div key={kind} className={classes.piece} draggable onDragStart={(event) => { event.dataTransfer.setData(DRAGGED, kind); event.dataTransfer.effectAllowed = "copy"; }}>
            <Icon size={16} aria-hidden /> {i18n._(KIND_WORDS[kind])}
          </div>
        );
      })}
    </aside>
  );
}
