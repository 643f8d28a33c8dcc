"use client";

import {
  keepPreviousData,
  QueryCache,
  QueryClient,
  QueryClientProvider,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import type { OperationInput, OperationName, OperationOutput } from "#lib/protocol/api";
import { ApiError } from "#lib/sdk/client";
import { signInPath } from "./paths";
import { useWorkspace } from "./workspace";

/** A signed-out person is brought to sign-in, and back to this page after it. */
function onSignedOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) window.location.assign(signInPath(window.location.pathname + window.location.search));
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: onSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused will be refused again; only silence and its own faults are worth another try.
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
        retryDelay: (failures) => Math.min(4000, 500 * 2 ** failures),
      },
    },
  });
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** The cache's key of an operation; without `input`, of all its calls in this workspace. */
export function operationKey<Name extends OperationName>(workspace: string, name: Name, input?: OperationInput<Name>): readonly unknown[] {
  return input === undefined ? [workspace, name] : [workspace, name, input];
}

export type ReadOptions = { enabled?: boolean; refetchIntervalMs?: number | false; keepPrevious?: boolean };

/** Reads by an operation of the API: `useOperation("bucket.list", {})`. Live changes refetch it by themselves. */
export function useOperation<Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
  options: ReadOptions = {},
): UseQueryResult<OperationOutput<Name>, ApiError> {
  const { client, slug } = useWorkspace();
  return useQuery<OperationOutput<Name>, ApiError>({
    queryKey: operationKey(slug, name, input),
    queryFn: async ({ signal }) => (await (client.call as LooseCall)(name, input, { signal })) as OperationOutput<Name>,
    enabled: options.enabled,
    refetchInterval: options.refetchIntervalMs,
    placeholderData: options.keepPrevious ? keepPreviousData : undefined,
  });
}

// The client's own type makes `input` optional where it may be; TypeScript cannot see that through a type parameter.
type LooseCall = (name: OperationName, input: unknown, options?: { signal?: AbortSignal }) => Promise<unknown>;

/** Reads the named operations again, wherever they are shown. */
export function useReread(names: readonly OperationName[]): () => Promise<void> {
  const { slug } = useWorkspace();
  const queries = useQueryClient();
  return async () => {
    await Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: operationKey(slug, name) })));
  };
}

/**
 * Changes something by an operation of the API: `const create = useAction("bucket.create", ["bucket.list"])`, then
 * `await create.mutateAsync({bucket})`. On success the named operations are read again.
 */
export function useAction<Name extends OperationName>(
  name: Name,
  rereads: readonly OperationName[] = [],
): UseMutationResult<OperationOutput<Name>, ApiError, OperationInput<Name>> {
  const { client } = useWorkspace();
  const reread = useReread(rereads);
  return useMutation<OperationOutput<Name>, ApiError, OperationInput<Name>>({
    mutationFn: async (input) => (await (client.call as LooseCall)(name, input)) as OperationOutput<Name>,
    onError: onSignedOut,
    onSuccess: reread,
  });
}
