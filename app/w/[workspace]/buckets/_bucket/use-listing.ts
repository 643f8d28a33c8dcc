"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { ObjectListing } from "#lib/protocol/buckets";
import { type ApiError } from "#lib/sdk/client";
import { operationKey, useWorkspace } from "#app/frame";
import { entriesOf, type Entry } from "./entries";

export type Listing = {
  /** undefined while the first page is read */
  entries: Entry[] | undefined;
  error: ApiError | null;
  complete: boolean;
  more: () => void;
  refetch: () => void;
};

const pageSize = 500;

/** One folder of a bucket, page by page. */
export function useListing(bucket: string, prefix: string): Listing {
  const { client, slug } = useWorkspace();
  const query = useInfiniteQuery<ObjectListing, ApiError, { pages: ObjectListing[] }, readonly unknown[], string | undefined>({
    queryKey: operationKey(slug, "object.list", { bucket, prefix, limit: pageSize }),
    queryFn: ({ signal, pageParam }) => client.call("object.list", { bucket, prefix, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const pages = query.data?.pages;
  const entries = useMemo(() => pages && entriesOf(pages, prefix), [pages, prefix]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { entries, error: query.error, complete: pages !== undefined && !hasNextPage, more, refetch: () => void refetch() };
}
