"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { operationKey } from "../_frame/query";
import { useWorkspace } from "../_frame/workspace";
import { Uploader, type PathFile } from "./upload-effects";
import { emptyUploads, isActive, type UploadState } from "./upload-state";

type Uploads = {
  uploader: Uploader;
  /** Adds files without freezing the page, however many there are. */
  add: (bucket: string, prefix: string, files: readonly PathFile[]) => Promise<void>;
};

const UploadContext = createContext<Uploads | null>(null);

export function useUploads(): Uploads {
  const uploads = use(UploadContext);
  if (!uploads) throw new Error("useUploads needs an UploadProvider above it");
  return uploads;
}

/** The queue as it is now, at most ten times a second. */
export function useUploadState(): UploadState {
  const { uploader } = useUploads();
  return useSyncExternalStore(uploader.subscribe, uploader.snapshot, () => emptyUploads);
}

const chunk = 400;
const rereadMs = 4000;

/** The one upload queue of a workspace; it outlives the pages that fill it. */
export function UploadProvider({ children }: { children: ReactNode }) {
  const { client, slug } = useWorkspace();
  const queries = useQueryClient();
  const [uploader] = useState(() => new Uploader(client));

  useEffect(() => {
    function reread() {
      for (const name of ["bucket.list", "object.list", "overview.show"] as const) void queries.invalidateQueries({ queryKey: operationKey(slug, name) });
    }
    let seenDone = 0;
    let active = false;
    const look = () => {
      const state = uploader.snapshot();
      if (state.counts.done !== seenDone || (active && !isActive(state))) reread();
      seenDone = state.counts.done;
      active = isActive(state);
    };
    const timer = setInterval(look, rereadMs);
    const unsubscribe = uploader.subscribe(() => {
      if (active && !isActive(uploader.snapshot())) look();
      active = isActive(uploader.snapshot());
    });
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [uploader, queries, slug]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (isActive(uploader.snapshot())) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [uploader]);

  const value = useMemo<Uploads>(
    () => ({
      uploader,
      async add(bucket, prefix, files) {
        for (let from = 0; from < files.length; from += chunk) {
          uploader.add(bucket, prefix, files.slice(from, from + chunk));
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      },
    }),
    [uploader],
  );
  return <UploadContext value={value}>{children}</UploadContext>;
}
