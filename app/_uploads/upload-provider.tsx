"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { operationKey } from "../_frame/query";
import { useWorkspace } from "../_frame/workspace";
import { RemoteUploads } from "./remote-uploads";
import { emptySummary, type UploadSummary } from "./upload-summary";

const UploadContext = createContext<RemoteUploads | null>(null);
const nothing = () => () => {};

/** null until the page has its worker: for the moment before the first effect. */
export function useUploads(): RemoteUploads | null {
  return use(UploadContext);
}

/** The queue as it is now, at most five times a second. */
export function useUploadSummary(): UploadSummary {
  const uploads = useUploads();
  return useSyncExternalStore(uploads?.subscribe ?? nothing, uploads?.snapshot ?? (() => emptySummary), () => emptySummary);
}

const rereadMs = 4000;

/** The one upload queue of a workspace; it outlives the pages that fill it. */
export function UploadProvider({ children }: { children: ReactNode }) {
  const { slug } = useWorkspace();
  const queries = useQueryClient();
  const [uploads, setUploads] = useState<RemoteUploads | null>(null);

  useEffect(() => {
    const made = new RemoteUploads(slug);
    setUploads(made);
    function reread() {
      for (const name of ["bucket.list", "object.list", "overview.show"] as const) void queries.invalidateQueries({ queryKey: operationKey(slug, name) });
    }
    let seenDone = 0;
    let active = false;
    const look = () => {
      const summary = made.snapshot();
      if (summary.counts.done !== seenDone || (active && !summary.active)) reread();
      seenDone = summary.counts.done;
      active = summary.active;
    };
    const timer = setInterval(look, rereadMs);
    const unsubscribe = made.subscribe(() => {
      if (active && !made.snapshot().active) look();
      active = made.snapshot().active;
    });
    const warn = (event: BeforeUnloadEvent) => {
      if (made.snapshot().active) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      clearInterval(timer);
      unsubscribe();
      window.removeEventListener("beforeunload", warn);
      made.dispose();
    };
  }, [queries, slug]);

  return <UploadContext value={uploads}>{children}</UploadContext>;
}
