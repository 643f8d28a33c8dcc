"use client";

import { FolderDown } from "lucide-react";
import { useTranslations } from "next-intl";

/** Where the files held over the page would go. */
export function DropOverlay({ bucket, prefix }: { bucket: string; prefix: string }) {
  const t = useTranslations("buckets.drop");
  return (
    <div className="pointer-events-none fixed inset-2 z-40 grid place-items-center rounded-md border-2 border-dashed border-accent bg-accent-soft/90 lg:left-[calc(var(--rail-width)+8px)]">
      <div className="flex max-w-[80%] flex-col items-center gap-2 text-center">
        <FolderDown aria-hidden className="size-8 text-accent-ink" />
        <p className="text-lg font-semibold">{t("title")}</p>
        <code className="max-w-full truncate text-sm text-ink-muted">
          {bucket}/{prefix}
        </code>
      </div>
    </div>
  );
}
