import { Trans } from "@lingui/react/macro";
import { Button, Center } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

const PAGE = 50;

interface Pages<T> {
  key: unknown[];
  /** A page of the list, after what came last. */
  ask: (after: number | undefined, limit: number) => Promise<T[]>;
  /** What the API calls an entry when the next page is asked for. */
  idOf: (one: T) => number;
}

/** A long list page by page: what there is of it so far as an answer, and the button for more. */
export function usePages<T>({ key, ask, idOf }: Pages<T>) {
  const found = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => ask(pageParam, PAGE),
    getNextPageParam: (last) => (last.length === PAGE ? idOf(last[PAGE - 1] as T) : undefined),
  });
  const more = found.hasNextPage ? (
    <Center mt="md"><Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}><Trans>Show more</Trans></Button></Center>
  ) : null;
  return { answer: { ...found, data: found.data?.pages.flat() }, more };
}
