"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { operationKey, useWorkspace } from "#app/frame";
import type { ReviewState, Split } from "#lib/domain/dataset";
import type { Rejection } from "#lib/protocol/datasets";
import type { DuplicateGroup, Sample } from "#lib/protocol/samples";
import type { ApiError, Client } from "#lib/sdk/client";
import { everyItem, type PageOf } from "#lib/sdk/every-item";


export type SampleFilter = {
  label?: string; split?: Split; search?: string; state?: ReviewState; finding?: string; group?: number;
  /** left out: only those that are not dropped */
  dropped?: "true" | "any";
};

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
    // A frozen version never changes, and who changes a draft's samples reads them again; the presigned addresses grow old after an hour.
    staleTime: 30 * 60_000,
  });
}

export type GroupFilter = { kind?: "exact" | "near"; conflicting?: "true" };

export function useDuplicateGroups(dataset: string, version: number, filter: GroupFilter) {
  const { client, slug } = useWorkspace();
  return useInfiniteQuery<PageOf<DuplicateGroup>, ApiError, DuplicateGroup[], readonly unknown[], string | undefined>({
    queryKey: [...operationKey(slug, "duplicate.list", { dataset, version, ...filter }), "pages"],
    queryFn: ({ pageParam, signal }) => client.call("duplicate.list", { dataset, version, ...filter, limit: 50, cursor: pageParam }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.items),
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

export function allSamples(client: Client, dataset: string, version: number, filter: SampleFilter): Promise<Sample[]> {
  return everyItem((cursor) => client.call("sample.list", { dataset, version, ...filter, limit: 1000, cursor }));
}

export function allRejections(client: Client, dataset: string, version: number): Promise<Rejection[]> {
  return everyItem((cursor) => client.call("rejection.list", { dataset, version, limit: 1000, cursor }));
}
