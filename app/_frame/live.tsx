"use client";

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { io, type Socket } from "socket.io-client";
import type { OperationName } from "#lib/protocol/api";
import type { Job } from "#lib/protocol/jobs";
import type { Overview } from "#lib/protocol/runners";
import { liveNamespace, type LiveClientToServer, type LiveServerToClient } from "#lib/protocol/socket";
import { operationKey } from "./query";
import { useWorkspace } from "./workspace";

export type LiveSocket = Socket<LiveServerToClient, LiveClientToServer>;
type LiveState = { socket: LiveSocket | null; connected: boolean };
const LiveContext = createContext<LiveState>({ socket: null, connected: false });

/** The workspace's socket; null during the first render. Subscribe again on its "connect" event, with your cursor. */
export function useLive(): LiveState {
  return use(LiveContext);
}

type ChangedKind = Parameters<LiveServerToClient["workspace.changed"]>[0]["kind"];

const rereadsOf: Record<ChangedKind, readonly OperationName[]> = {
  bucket: ["bucket.list", "object.list"],
  dataset: ["dataset.list", "dataset.show", "dataset-version.show", "duplicate.list"],
  model: ["model.list", "model.show", "model-version.show"],
  endpoint: ["endpoint.list", "endpoint.show"],
  runner: ["runner.list"],
};

/** Keeps what is on the screen true while the server changes it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { slug } = useWorkspace();
  const queries = useQueryClient();
  const [socket, setSocket] = useState<LiveSocket | null>(null);
  const [connected, setConnected] = useState(false);

  useEffect(() => {
    const live: LiveSocket = io(liveNamespace, { auth: { workspace: slug }, transports: ["websocket", "polling"] });
    const rereads = makeRereads(queries, slug);
    let wasConnected = false;
    live.on("connect", () => {
      setConnected(true);
      // Whatever changed while the line was down was not announced to us.
      if (wasConnected) void queries.invalidateQueries({ queryKey: [slug] });
      wasConnected = true;
    });
    live.on("disconnect", () => setConnected(false));
    live.on("workspace.changed", ({ kind }) => rereads.ask([...rereadsOf[kind], "overview.show"]));
    live.on("job.changed", (job) => {
      const known = applyJob(queries, slug, job);
      rereads.ask(known ? ["job.list"] : ["job.list", "overview.show"]);
    });
    setSocket(live);
    return () => {
      rereads.dispose();
      live.disconnect();
      setSocket(null);
    };
  }, [slug, queries]);

  const value = useMemo(() => ({ socket, connected }), [socket, connected]);
  return <LiveContext value={value}>{children}</LiveContext>;
}

/** Collects what to read again for a moment: an import changes a bucket thousands of times. */
function makeRereads(queries: QueryClient, slug: string): { ask: (names: readonly OperationName[]) => void; dispose: () => void } {
  const asked = new Set<OperationName>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    ask(names) {
      for (const name of names) asked.add(name);
      timer ??= setTimeout(() => {
        timer = null;
        for (const name of asked) void queries.invalidateQueries({ queryKey: operationKey(slug, name) });
        asked.clear();
      }, 800);
    },
    dispose() {
      if (timer) clearTimeout(timer);
    },
  };
}

/**
 * Puts a job's new state where it is shown already.
 * @returns false when the overview must be read again: it does not know this job, or the job's status changed
 */
function applyJob(queries: QueryClient, slug: string, job: Job): boolean {
  queries.setQueryData<Job>(operationKey(slug, "job.show", { job: job.job }), job);
  const key = operationKey(slug, "overview.show", {});
  const overview = queries.getQueryData<Overview>(key);
  const before = overview?.jobs.find((each) => each.job === job.job);
  if (!overview || !before) return false;
  queries.setQueryData<Overview>(key, {
    ...overview,
    jobs: overview.jobs.map((each) =>
      each.job === job.job ? { ...each, status: job.status, progress: job.progress, endedAtMs: job.endedAtMs } : each,
    ),
  });
  return before.status === job.status;
}
