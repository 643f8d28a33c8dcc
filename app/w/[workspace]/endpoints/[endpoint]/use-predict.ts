"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useWorkspace } from "#app/frame";
import type { Endpoint, Prediction } from "#lib/protocol/endpoints";
import { preparePicture } from "./prepare-picture";

export type Try = {
  id: number;
  name: string;
  /** the picture, as an object URL */
  preview: string;
  predictions: Prediction[] | null;
  error: unknown;
  /** from sending to the answer */
  latencyMs: number | null;
};

const mostKept = 8;

/** Sends pictures to an endpoint from this page and keeps the last few answers. */
export function usePredict(endpoint: Endpoint): { tries: readonly Try[]; send: (file: File) => Promise<void> } {
  const { client } = useWorkspace();
  const [tries, setTries] = useState<readonly Try[]>([]);
  const nextId = useRef(1);
  const previews = useRef(new Set<string>());
  useEffect(() => {
    const made = previews.current;
    return () => made.forEach((url) => URL.revokeObjectURL(url));
  }, []);
  // This page may be reached by another name than the server's own; the path is the same, and the session goes along.
  const path = new URL(endpoint.url).pathname;

  const send = useCallback(
    async (file: File) => {
      const id = nextId.current++;
      const preview = URL.createObjectURL(file);
      previews.current.add(preview);
      setTries((before) => [{ id, name: file.name, preview, predictions: null, error: null, latencyMs: null }, ...before].slice(0, mostKept));
      const finish = (change: Partial<Try>) => setTries((before) => before.map((each) => (each.id === id ? { ...each, ...change } : each)));
      try {
        const picture = await preparePicture(file);
        const startedMs = performance.now();
        const predictions = await client.predict(path, picture, picture.type || "application/octet-stream");
        finish({ predictions, latencyMs: performance.now() - startedMs });
      } catch (error) {
        finish({ error });
      }
    },
    [client, path],
  );
  return { tries, send };
}
