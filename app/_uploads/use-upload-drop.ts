"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import { useToast } from "../_ui/toast";
import { handlesOf, readDrop } from "./read-drop";
import type { Source } from "./remote-uploads";
import { useUploads } from "./upload-provider";

export type UploadDrop = {
  /** files are held over the page now */
  over: boolean;
  /** files found so far in the folder being walked; null when none is */
  found: number | null;
  add: (source: Source) => void;
};

/** Takes files and folders dropped anywhere on the page into `prefix` of `bucket`. */
export function useUploadDrop(bucket: string, prefix: string, enabled: boolean): UploadDrop {
  const t = useTranslations("uploads");
  const toast = useToast();
  const uploads = useUploads();
  const [over, setOver] = useState(false);
  const [found, setFound] = useState<number | null>(null);

  const add = useCallback(
    (source: Source) => {
      setFound(0);
      uploads
        ?.add(bucket, prefix, source, { onFound: setFound })
        .then((unreadable) => {
          if (unreadable.length > 0) toast.show({ kind: "failed", title: t("unreadable", { count: unreadable.length }), text: unreadable.slice(0, 5).join(", ") });
        })
        .catch((error: unknown) => toast.fail(error))
        .finally(() => setFound(null));
    },
    [uploads, bucket, prefix, toast, t],
  );

  useEffect(() => {
    if (!enabled) return;
    // Entering a child comes before leaving its parent: only a count tells when the page itself is left.
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const handles = handlesOf(event.dataTransfer);
      if (handles) return void handles.then((found) => add({ handles: found }), (error: unknown) => toast.fail(error));
      setFound(0);
      readDrop(event.dataTransfer, setFound)
        .then(({ files, unreadable }) => {
          add({ files });
          if (unreadable.length > 0) toast.show({ kind: "failed", title: t("unreadable", { count: unreadable.length }), text: unreadable.slice(0, 5).join(", ") });
        })
        .catch((error: unknown) => {
          setFound(null);
          toast.fail(error);
        });
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
    };
  }, [enabled, add, toast, t]);

  return { over, found, add };
}
