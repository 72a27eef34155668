import { useQuery } from "@tanstack/react-query";
import { listTeamsOptions } from "../api";

const KNOWN = ["marketing", "success", "sales", "support", "product", "finance", "leadership", "legal"];

/** The colour that stands for a team everywhere; always shown beside its name or in a legend. */
export function teamColour(team: string): string {
  const known = KNOWN.indexOf(team);
  const index = known >= 0 ? known : [...team].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % KNOWN.length;
  return `var(--team-${index})`;
}

/** What people call a team, by its name. */
export function useTeamTitle(): (name: string) => string {
  const teams = useQuery({ ...listTeamsOptions(), staleTime: 300_000 }).data ?? [];
  return (name) => teams.find((one) => one.name === name)?.title ?? name;
}
