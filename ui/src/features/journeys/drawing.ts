import { createContext, useContext } from "react";
import type { NodeFiguresView, NodeProblemView } from "../../api";
import type { Journey } from "./document";
import type { Adding } from "./StepMenu";
import type { useStory } from "./words";

export type Figure = "in" | "waiting" | "passed" | "converted";

/** What cards and rows know of the journey that they are part of, and what they can do. */
export interface Drawing extends Adding {
  journey: Journey;
  story: ReturnType<typeof useStory>;
  problems: NodeProblemView[];
  /** By node; empty before the journey was published. */
  figures: Map<string, NodeFiguresView>;
  mayWrite: boolean;
  chosen: string | null;
  /** Open the form of a step, or of the entry by its own id. */
  open: (id: string) => void;
  copy: (ids: string[]) => void;
  remove: (ids: string[]) => void;
  show: (node: string, figure: Figure) => void;
}

export const DrawingContext = createContext<Drawing | null>(null);

export function useDrawing(): Drawing {
  const drawing = useContext(DrawingContext);
  if (!drawing) throw new Error("no journey is drawn here");
  return drawing;
}
