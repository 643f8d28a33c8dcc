"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Badge, Button, ErrorNote, Skeleton, useScrollList } from "#app/ui";
import type { VersionChange } from "#lib/protocol/datasets";
import { Thumb } from "../thumb";
import type { useChanges } from "./use-changes";

const rowPx = 81;

/** Each key that differs, its picture before and after. */
export function ChangeList({ changes, filtered, onClear }: { changes: ReturnType<typeof useChanges>; filtered: boolean; onClear: () => void }) {
  const t = useTranslations("datasets.diff");
  const tc = useTranslations("common");
  const items = changes.data?.items;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = changes;
  const { listRef, virtualizer, offset } = useScrollList(items?.length ?? 0, rowPx, 8);
  const rows = virtualizer.getVirtualItems();
  const nearEnd = items !== undefined && (rows.at(-1)?.index ?? -1) >= items.length - 10;
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (!items) return <Skeleton className="h-96 w-full rounded-md" />;
  if (items.length === 0) {
    return (
      <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-10 text-center text-base text-ink-muted">
        {filtered ? tc("nothingMatchesFilters") : t("nothing")}
        {filtered && (
          <Button size="sm" onClick={onClear}>
            {tc("clearFilters")}
          </Button>
        )}
      </div>
    );
  }
  return (
    <>
      <div ref={listRef} role="list" aria-label={t("changes")} className="relative rounded-md border border-line bg-surface" style={{ height: virtualizer.getTotalSize() + 2 }}>
        {rows.map((row) => (
          <div key={row.key} role="listitem" className="absolute inset-x-0 top-0 border-b border-line" style={{ height: rowPx, transform: `translateY(${row.start - offset}px)` }}>
            <Change change={items[row.index]!} />
          </div>
        ))}
      </div>
      {changes.error && (
        <ErrorNote error={changes.error}>
          <Button size="sm" className="mt-2" onClick={() => void fetchNextPage()}>
            {tc("retry")}
          </Button>
        </ErrorNote>
      )}
    </>
  );
}

function Change({ change: { kind, key, before, after } }: { change: VersionChange }) {
  const t = useTranslations("datasets.diff");
  const td = useTranslations("datasets");
  const label = (side: VersionChange["before"]) => side?.label ?? td("unlabelled");
  const split = (side: VersionChange["before"]) => (side?.split ? td(`split.${side.split}`) : "–");
  return (
    <div className="flex h-full items-center gap-3 px-3">
      <Thumb url={before?.thumbnailUrl ?? ""} sidePx={56} faded={kind === "removed"} empty={before ? t("notKept") : t("none")} />
      <ArrowRight aria-hidden className="size-4 shrink-0 text-ink-faint" />
      <Thumb url={after?.thumbnailUrl ?? ""} sidePx={56} empty={after ? td("gone") : t("none")} />
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2 max-sm:flex-col max-sm:items-start max-sm:gap-0.5">
          <span title={key} className="max-w-full min-w-0 truncate text-base">{key}</span>
          <Badge>{t(`kind.${kind}`)}</Badge>
        </p>
        <p className="flex min-w-0 flex-wrap gap-x-4 text-sm text-ink-muted">
          <span className="min-w-0 truncate">
            {before && after && label(before) !== label(after) ? t("fromTo", { before: label(before), after: label(after) }) : label(after ?? before)}
          </span>
          <span>{before && after && before.split !== after.split ? t("fromTo", { before: split(before), after: split(after) }) : split(after ?? before)}</span>
        </p>
      </div>
    </div>
  );
}
