import { useQuery } from "@tanstack/react-query";
import { getSessionOptions } from "../api";

/** Who sits here, and what they may do. */
export function useSession() {
  const session = useQuery({ ...getSessionOptions(), staleTime: 60_000 }).data;
  return { session, may: (right: string) => session?.rights.includes(right) ?? false };
}
