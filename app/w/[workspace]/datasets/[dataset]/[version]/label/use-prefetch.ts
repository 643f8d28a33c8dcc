"use client";

import { useEffect, useRef } from "react";

const ahead = 8;

/** Has the next pictures loaded and decoded before they are asked for. @param urls in the order they will come */
export function usePrefetch(urls: readonly string[]): void {
  const held = useRef(new Map<string, HTMLImageElement>());
  const key = urls.slice(0, ahead).join("\n");
  useEffect(() => {
    const wanted = new Set(key.split("\n").filter(Boolean));
    for (const url of held.current.keys()) if (!wanted.has(url)) held.current.delete(url);
    for (const url of wanted) {
      if (held.current.has(url)) continue;
      const image = new Image();
      image.src = url;
      image.decode().catch(() => held.current.delete(url));
      held.current.set(url, image);
    }
  }, [key]);
}
