import { useCallback, useState } from "react";
import type { Journey } from "./document";

const MOST = 200;
const TOGETHER_MS = 1_500;

interface History {
  past: Journey[];
  now: Journey;
  future: Journey[];
  /** What was changed last, and when: typing into one field is one step back. */
  last: { what: string; at: number };
}

/** A journey while it is drawn, with the way back and forth through its changes. */
export function useHistory(first: Journey) {
  const [history, setHistory] = useState<History>({ past: [], now: first, future: [], last: { what: "", at: 0 } });
  const draw = useCallback((next: Journey | ((now: Journey) => Journey), what = "") => {
    const at = Date.now();
    setHistory((old) => {
      const now = typeof next === "function" ? next(old.now) : next;
      if (now === old.now) return old;
      const together = what !== "" && what === old.last.what && at - old.last.at < TOGETHER_MS;
      return { past: together ? old.past : [...old.past.slice(1 - MOST), old.now], now, future: [], last: { what, at } };
    });
  }, []);
  const undo = useCallback(() => setHistory((old) => {
    const now = old.past.at(-1);
    return now ? { past: old.past.slice(0, -1), now, future: [old.now, ...old.future], last: { what: "", at: 0 } } : old;
  }), []);
  const redo = useCallback(() => setHistory((old) => {
    const [now, ...future] = old.future;
    return now ? { past: [...old.past, old.now], now, future, last: { what: "", at: 0 } } : old;
  }), []);
  return { journey: history.now, draw, undo, redo, canUndo: history.past.length > 0, canRedo: history.future.length > 0 };
}
