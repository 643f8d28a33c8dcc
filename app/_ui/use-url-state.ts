"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/**
 * A piece of a page's state that lives in the query string, so that a view can be linked to and survives a reload. The
 * fallback is not written out. Changes replace the history entry, without asking the server.
 */
export function useUrlState(key: string, fallback = ""): [string, (value: string) => void] {
  const params = useSearchParams();
  const pathname = usePathname();
  const value = params.get(key) ?? fallback;
  const set = useCallback(
    (next: string) => {
      // Several pieces may change in one event; window.location has what the others already wrote.
      const search = new URLSearchParams(window.location.search);
      if (next === fallback) search.delete(key);
      else search.set(key, next);
      const text = search.toString();
      window.history.replaceState(null, "", text ? `${pathname}?${text}` : pathname);
    },
    [key, fallback, pathname],
  );
  return [value, set];
}
