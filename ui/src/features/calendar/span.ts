import { addDays, addMonths, type Day, mondayOf, monthGrid, range } from "../../ui/dates";
import type { View } from "./view";

type Kind = NonNullable<View["view"]>;

/** The days that a view shows. A list shows four weeks. */
export function daysOf(view: Kind, day: Day): Day[] {
  switch (view) {
    case "month": return monthGrid(day);
    case "week": return range(mondayOf(day), 7);
    case "day": return [day];
    case "list": return range(day, 28);
  }
}

/** The day to look at one view further, or back. */
export function turned(view: Kind, day: Day, way: 1 | -1): Day {
  switch (view) {
    case "month": return addMonths(day, way);
    case "week": return addDays(day, 7 * way);
    case "day": return addDays(day, way);
    case "list": return addDays(day, 28 * way);
  }
}
