import { QueryCache, QueryClient } from "@tanstack/react-query";
import { getSessionQueryKey, refusalOf } from "../api";

/** The cache of everything that was asked of the server. Refusals are not asked again; a lost session ends everywhere. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const session = getSessionQueryKey();
      if (refusalOf(error)?.status === 401 && query.queryKey[0] !== session[0]) {
        void queries.invalidateQueries({ queryKey: session });
      }
    },
  }),
  defaultOptions: {
    queries: { staleTime: 15_000, retry: (failures, error) => refusalOf(error) === null && failures < 2 },
  },
});
