import { useQuery } from "@tanstack/react-query";
import { listUsersOptions } from "../api";

/** Colleagues who can sign in, as choices of a field: by address, told by name. */
export function useColleagues(): { value: string; label: string }[] {
  const users = useQuery({ ...listUsersOptions(), staleTime: 300_000 }).data ?? [];
  return users.filter((one) => !one.disabled_at).map((one) => ({ value: one.email, label: one.name })).sort((a, b) => a.label.localeCompare(b.label));
}
