"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { operationKey, useWorkspace } from "#app/frame";
import type { JobKind } from "#lib/domain/job";
import type { Job } from "#lib/protocol/jobs";
import type { ApiError } from "#lib/sdk/client";

const pageSize = 200;

/** Jobs, all or of one kind, newest first, read page by page as the list is scrolled. */
export function useJobPages(kind?: JobKind) {
  const { client, slug } = useWorkspace();
  return useInfiniteQuery<{ items: Job[]; nextCursor: string | null }, ApiError, Job[], readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "job.list", { limit: pageSize, kind }), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("job.list", { limit: pageSize, kind, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.items),
  });
}
