"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { operationKey, useWorkspace } from "#app/frame";
import type { OperationOutput } from "#lib/protocol/api";
import type { diffKinds, VersionChange } from "#lib/protocol/datasets";
import type { ApiError, Client } from "#lib/sdk/client";
import { everyItem } from "#lib/sdk/every-item";

export type DiffKind = (typeof diffKinds)[number];
export type DiffQuery = { dataset: string; version: number; from: number; kind?: DiffKind; search?: string };
type DiffPage = OperationOutput<"dataset-version.diff">;

/** What changed, page by page in the order of keys, with the counts of all of it. */
export function useChanges(query: DiffQuery, enabled: boolean) {
  const { client, slug } = useWorkspace();
  return useInfiniteQuery<DiffPage, ApiError, { items: VersionChange[]; counts: DiffPage["counts"] }, readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "dataset-version.diff", query), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("dataset-version.diff", { ...query, limit: 100, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => ({ items: pages.flatMap((page) => page.items), counts: pages[0]!.counts }),
    enabled,
  });
}

export function allChanges(client: Client, query: DiffQuery): Promise<VersionChange[]> {
  return everyItem((cursor) => client.call("dataset-version.diff", { ...query, limit: 1000, cursor }));
}
