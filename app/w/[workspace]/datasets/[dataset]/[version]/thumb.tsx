"use client";

import clsx from "clsx";
import { useState, type ReactNode } from "react";

/** A small picture in a square; what stands in its place when there is none, or it cannot be had any more. */
export function Thumb({ url, sidePx, empty, faded = false }: { url: string; sidePx: number; empty: ReactNode; faded?: boolean }) {
  const [failedUrl, setFailedUrl] = useState("");
  return (
    <span className="block shrink-0 overflow-hidden rounded-md border border-line bg-sunken" style={{ width: sidePx, height: sidePx }}>
      {url && failedUrl !== url ? (
        <img src={url} alt="" loading="lazy" decoding="async" onError={() => setFailedUrl(url)} className={clsx("size-full object-cover", faded && "opacity-40 grayscale")} />
      ) : (
        <span className="grid size-full place-items-center p-1 text-center text-xs text-ink-muted">{empty}</span>
      )}
    </span>
  );
}
