"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { operationKey, useWorkspace } from "#app/frame";
import type { Rejection } from "#lib/protocol/datasets";
import type { Sample } from "#lib/protocol/samples";
import type { ApiError } from "#lib/sdk/client";
import type { Client } from "#lib/sdk/client";

type PageOf<Item> = { items: Item[]; nextCursor: string | null };
export type SampleFilter = { label?: string; split?: "train" | "validation" | "test"; search?: string };

const pageSize = 200;

/** Samples of a version in manifest order, page by page. */
export function useSamples(dataset: string, version: number, filter: SampleFilter) {
  const { client, slug } = useWorkspace();
  return useInfiniteQuery<PageOf<Sample>, ApiError, Sample[], readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "sample.list", { dataset, version, ...filter }), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("sample.list", { dataset, version, ...filter, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.items),
    // A version never changes; only the presigned addresses grow old, after an hour.
    staleTime: 30 * 60_000,
  });
}

export function useRejections(dataset: string, version: number) {
  const { client, slug } = useWorkspace();
  return useInfiniteQuery<PageOf<Rejection>, ApiError, Rejection[], readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "rejection.list", { dataset, version }), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("rejection.list", { dataset, version, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.items),
    staleTime: Infinity,
  });
}

/** Every item of a paged list, for a download. */
export async function allOf<Item>(page: (cursor: string | undefined) => Promise<PageOf<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    items.push(...next.items);
    cursor = next.nextCursor ?? undefined;
  } while (cursor);
  return items;
}

export function allSamples(client: Client, dataset: string, version: number, filter: SampleFilter): Promise<Sample[]> {
  return allOf((cursor) => client.call("sample.list", { dataset, version, ...filter, limit: 1000, cursor }));
}

export function allRejections(client: Client, dataset: string, version: number): Promise<Rejection[]> {
  return allOf((cursor) => client.call("rejection.list", { dataset, version, limit: 1000, cursor }));
}
