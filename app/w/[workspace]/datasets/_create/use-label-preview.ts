"use client";

import { useEffect, useState } from "react";
import { useWorkspace } from "#app/frame";
import { countLabels, emptyPreview, type LabelPreview } from "./count-labels";

const mostPages = 20;

export type LabelPreviewState = { preview: LabelPreview; counting: boolean; /** more objects than were counted */ more: boolean; error: unknown };

/** Counts what is under a prefix by label, page by page; the counts grow while it goes on. */
export function useLabelPreview(bucket: string, prefix: string): LabelPreviewState & { retry: () => void } {
  const { client } = useWorkspace();
  const [state, setState] = useState<LabelPreviewState>({ preview: emptyPreview, counting: false, more: false, error: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!bucket) {
      setState({ preview: emptyPreview, counting: false, more: false, error: null });
      return;
    }
    const abort = new AbortController();
    async function count() {
      let preview = emptyPreview;
      let cursor: string | undefined;
      setState({ preview, counting: true, more: false, error: null });
      for (let page = 0; page < mostPages; page++) {
        const listing = await client.call("object.list", { bucket, prefix, flat: "true", limit: 1000, cursor }, { signal: abort.signal });
        preview = countLabels(preview, listing.objects.map((object) => object.key), prefix);
        cursor = listing.nextCursor ?? undefined;
        if (!cursor) break;
        setState({ preview, counting: true, more: false, error: null });
      }
      setState({ preview, counting: false, more: cursor !== undefined, error: null });
    }
    count().catch((error: unknown) => {
      if (!abort.signal.aborted) setState({ preview: emptyPreview, counting: false, more: false, error });
    });
    return () => abort.abort();
  }, [client, bucket, prefix, turn]);
  return { ...state, retry: () => setTurn((before) => before + 1) };
}
