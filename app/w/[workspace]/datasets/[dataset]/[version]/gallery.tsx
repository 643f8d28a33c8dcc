"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useEffect, useState } from "react";
import { Button, ErrorNote, ErrorState, Skeleton, useTileGrid } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import type { DatasetVersion } from "#lib/protocol/datasets";
import type { Sample } from "#lib/protocol/samples";
import { FixBar } from "./fix-bar";
import { GalleryFilters, useGalleryFilter } from "./gallery-filters";
import { Lightbox } from "./lightbox";
import { allSamples, useSamples } from "./use-pages";

const tileLeastPx = 128;
const gapPx = 8;
const captionPx = 22;

/** All pictures of a version, by label, split and name; a picture opens large. */
export function Gallery({ version: shown }: { version: DatasetVersion }) {
  const { dataset, version } = shown;
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const { client } = useWorkspace();
  const { state, filter: asked, filtered, clear } = useGalleryFilter();
  const [open, setOpen] = useState<number | null>(null);
  const filter = useDeferredValue(asked);
  const samples = useSamples(dataset, version, filter);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = samples;
  const items = samples.data;

  const { listRef, virtualizer, offset, columns, side, rowCount } = useTileGrid(items?.length ?? 0, { tileLeastPx, gapPx, captionPx });
  const rows = virtualizer.getVirtualItems();

  const lastRow = rows.at(-1)?.index ?? -1;
  const nearEnd = lastRow >= rowCount - 3 || (open !== null && items !== undefined && open >= items.length - 5);
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="min-w-0">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <GalleryFilters version={shown} state={state} />
        {filtered && <FixBar version={shown} filter={filter} />}
        <div className="ml-auto flex items-center gap-2">
          <span role="status" className="nums text-sm text-ink-muted">
            {items && t("shown", { count: items.length, more: hasNextPage ? "yes" : "no" })}
          </span>
          <DownloadMenu
            fileName={`${dataset}-${version}-samples`}
            label={t("tab.pictures")}
            table={async () => ({
              header: ["key", "label", "split", "state", "dropped", "width", "height", "size_bytes", "sha256"],
              rows: (await allSamples(client, dataset, version, filter)).map((sample) => [sample.key, sample.label, sample.split, sample.state, sample.dropped, sample.width, sample.height, sample.sizeBytes, sample.sha256]),
            })}
            value={async () => (await allSamples(client, dataset, version, filter)).map(({ url: _url, thumbnailUrl: _thumbnail, ...sample }) => sample)}
          />
        </div>
      </div>
      {samples.error && !items ? (
        <ErrorState error={samples.error} onRetry={() => void samples.refetch()} />
      ) : (
        <div ref={listRef} className="relative" style={{ height: items ? virtualizer.getTotalSize() : undefined, minHeight: 160 }}>
          {!items && <GridSkeleton />}
          {items?.length === 0 && (
            <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-10 text-center text-base text-ink-muted">
              {filtered ? tc("nothingMatchesFilters") : t("noLabels")}
              {filtered && (
                <Button
                  size="sm"
                  onClick={clear}>
                  {tc("clearFilters")}
                </Button>
              )}
            </div>
          )}
          {items &&
            rows.map((row) => (
              <div key={row.key} className="absolute inset-x-0 top-0 flex" style={{ transform: `translateY(${row.start - offset}px)`, gap: gapPx }}>
                {items.slice(row.index * columns, (row.index + 1) * columns).map((sample, column) => (
                  <Tile key={sample.index} sample={sample} side={side} onOpen={() => setOpen(row.index * columns + column)} />
                ))}
              </div>
            ))}
        </div>
      )}
      {samples.error && items && (
        <div className="mt-3">
          <ErrorNote error={samples.error}>
            <Button size="sm" className="mt-2" onClick={() => void fetchNextPage()}>
              {tc("retry")}
            </Button>
          </ErrorNote>
        </div>
      )}
      {items && <Lightbox samples={items} index={open} onIndex={setOpen} dataset={`${dataset}@${version}`} />}
    </div>
  );
}

function Tile({ sample, side, onOpen }: { sample: Sample; side: number; onOpen: () => void }) {
  const t = useTranslations("datasets");
  const name = sample.key.split("/").at(-1) ?? sample.key;
  return (
    <button
      type="button"
      onClick={onOpen}
      title={sample.key}
      aria-label={t("tile", { name, label: sample.label ?? t("unlabelled"), split: sample.split ? t(`split.${sample.split}`) : "" })}
      className="group flex min-w-0 flex-col rounded-md text-left"
      style={{ width: side }}
    >
      <span className="block overflow-hidden rounded-md border border-line bg-sunken group-hover:border-ink-faint" style={{ width: side, height: side }}>
        {sample.thumbnailUrl ? (
          <img src={sample.thumbnailUrl} alt="" loading="lazy" decoding="async" className={sample.dropped ? "size-full object-cover opacity-40 grayscale" : "size-full object-cover"} />
        ) : (
          <span className="grid size-full place-items-center p-2 text-center text-sm text-ink-muted">{t("gone")}</span>
        )}
      </span>
      <span className="flex h-[22px] items-center gap-1.5 text-sm">
        <span className="min-w-0 flex-1 truncate">{sample.label ?? t("unlabelled")}</span>
        {sample.dropped && <span className="shrink-0 text-xs text-ink-muted">{t("droppedMark")}</span>}
        {!sample.dropped && sample.split && sample.split !== "train" && <span className="shrink-0 text-xs text-ink-muted">{t(`split.${sample.split}`)}</span>}
      </span>
    </button>
  );
}

function GridSkeleton() {
  return (
    <div aria-hidden className="grid grid-cols-[repeat(auto-fill,minmax(128px,1fr))] gap-2">
      {Array.from({ length: 24 }, (_, index) => (
        <Skeleton key={index} className="aspect-square rounded-md" />
      ))}
    </div>
  );
}
