import { useQuery } from "@tanstack/react-query";
import { listUsersOptions } from "../api";

/** Colleagues who can sign in, as choices of a field: by address, told by name. */
export function useColleagues(): { value: string; label: string }[] {
  const users = useQuery({ ...listUsersOptions(), staleTime: 300_000 }).data ?? [];
  return users.filter((one) => !one.disabled_at).map((one) => ({ value: one.email, label: one.name })).sort((a, b) => a.label.localeCompare(b.label));
}

/** What people call who did something (user:ana@…): the colleague's name, else the address, key or command behind it. */
export function useNameOf(): (actor: string) => string {
  const users = useQuery({ ...listUsersOptions(), staleTime: 300_000 }).data ?? [];
  return (actor) => {
    const person = (actor.split(" ").at(-1) ?? actor).replace(/^user:/, "");
    return users.find((one) => one.email.toLowerCase() === person.toLowerCase())?.name ?? person;
  };
}
