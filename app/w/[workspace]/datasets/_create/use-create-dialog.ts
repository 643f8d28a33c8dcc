"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

export type CreateFrom = { dataset: string; bucket: string; prefix: string };

/**
 * The dialog that makes a dataset is open while the address says `new=1`; other pages link to it with bucket and prefix
 * filled in.
 */
export function useCreateDialog(): { open: boolean; from: CreateFrom; show: (from?: Partial<CreateFrom>) => void; hide: () => void } {
  const params = useSearchParams();
  const pathname = usePathname();
  const write = useCallback(
    (change: (search: URLSearchParams) => void) => {
      const search = new URLSearchParams(window.location.search);
      for (const key of ["new", "name", "bucket", "prefix"]) search.delete(key);
      change(search);
      const text = search.toString();
      window.history.replaceState(null, "", text ? `${pathname}?${text}` : pathname);
    },
    [pathname],
  );
  const show = useCallback(
    (from: Partial<CreateFrom> = {}) =>
      write((search) => {
        search.set("new", "1");
        if (from.dataset) search.set("name", from.dataset);
        if (from.bucket) search.set("bucket", from.bucket);
        if (from.prefix) search.set("prefix", from.prefix);
      }),
    [write],
  );
  const hide = useCallback(() => write(() => undefined), [write]);
  return {
    open: params.get("new") === "1",
    from: { dataset: params.get("name") ?? "", bucket: params.get("bucket") ?? "", prefix: params.get("prefix") ?? "" },
    show,
    hide,
  };
}
