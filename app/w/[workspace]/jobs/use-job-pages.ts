"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { operationKey, useWorkspace } from "#app/frame";
import type { Job } from "#lib/protocol/jobs";
import type { ApiError } from "#lib/sdk/client";

const pageSize = 200;

/** All jobs, newest first, read page by page as the list is scrolled. */
export function useJobPages() {
  const { client, slug } = useWorkspace();
  const query = useInfiniteQuery<{ items: Job[]; nextCursor: string | null }, ApiError, Job[], readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "job.list", { limit: pageSize }), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("job.list", { limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.items),
  });
  return query;
}
