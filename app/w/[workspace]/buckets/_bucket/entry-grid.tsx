"use client";

import clsx from "clsx";
import { Download, Eye, FolderOpen, PackageOpen, Trash2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { Button, Bytes, Checkbox, RightClickMenu, Skeleton, useScrollList } from "#app/ui";
import { keysBetween } from "../../../../_ui/table-rows";
import type { Entry } from "./entries";
import { EntryIcon } from "./entry-icon";
import type { EntryActions } from "./entry-table";

const gapPx = 12;
const minTilePx = 136;
const captionPx = 52;

/** The width of a tile and how many stand side by side. */
function useColumns(): { measure: React.RefObject<HTMLDivElement | null>; columns: number; tilePx: number } {
  const measure = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(960);
  useLayoutEffect(() => {
    const element = measure.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    setWidthPx(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(2, Math.floor((widthPx + gapPx) / (minTilePx + gapPx)));
  return { measure, columns, tilePx: (widthPx - gapPx * (columns - 1)) / columns };
}

/** A folder as pictures. Arrow keys move, Enter opens, Space selects, shift selects a range. */
export function EntryGrid({
  entries,
  selected,
  onSelected,
  actions,
  onEndReached,
  search,
  onClearSearch,
}: {
  entries: readonly Entry[];
  selected: ReadonlySet<string>;
  onSelected: (selected: ReadonlySet<string>) => void;
  actions: EntryActions;
  onEndReached: () => void;
  search: string;
  onClearSearch: () => void;
}) {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  const { measure, columns, tilePx } = useColumns();
  const rowPx = Math.round(tilePx * 0.75) + captionPx + gapPx;
  const rowCount = Math.ceil(entries.length / columns);
  const { listRef, virtualizer, offset } = useScrollList(rowCount, rowPx, 4);
  const lastPicked = useRef<string | null>(null);
  const rows = virtualizer.getVirtualItems();
  const lastRow = rows.at(-1)?.index ?? -1;

  useEffect(() => virtualizer.measure(), [virtualizer, rowPx]);
  useEffect(() => {
    if (lastRow >= rowCount - 3) onEndReached();
  }, [lastRow, rowCount, onEndReached]);

  function toggle(entry: Entry, range: boolean) {
    const ids = range && lastPicked.current ? keysBetween(entries.map((each) => each.id), lastPicked.current, entry.id) : [entry.id];
    const on = !selected.has(entry.id);
    lastPicked.current = entry.id;
    const next = new Set(selected);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    onSelected(next);
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const tile = (event.target as HTMLElement).closest<HTMLElement>("[data-entry]");
    if (!tile) return;
    const from = Number(tile.dataset.entry);
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const step = steps[event.key];
    if (event.key === " " && (event.target as HTMLElement).matches("[data-open]")) {
      event.preventDefault();
      const entry = entries[from];
      if (entry) toggle(entry, event.shiftKey);
      return;
    }
    if (step === undefined) return;
    const to = from + step;
    if (to < 0 || to >= entries.length) return;
    event.preventDefault();
    virtualizer.scrollToIndex(Math.floor(to / columns));
    requestAnimationFrame(() => listRef.current?.querySelector<HTMLElement>(`[data-entry="${to}"] [data-open]`)?.focus());
  }

  return (
    <div ref={measure} className="min-w-0">
      {entries.length === 0 ? (
        <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-10 text-center text-base text-ink-muted">
          {tc("nothingMatches", { search })}
          <Button size="sm" onClick={onClearSearch}>
            {tc("clearSearch")}
          </Button>
        </div>
      ) : (
        <div ref={listRef} role="list" aria-label={t("contents")} onKeyDown={onKeyDown} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => (
            <div
              key={row.key}
              role="presentation"
              className="absolute inset-x-0 top-0 grid"
              style={{ gap: gapPx, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, transform: `translateY(${row.start - offset}px)` }}
            >
              {entries.slice(row.index * columns, (row.index + 1) * columns).map((entry, place) => (
                <Tile
                  key={entry.id}
                  entry={entry}
                  index={row.index * columns + place}
                  picturePx={Math.round(tilePx * 0.75)}
                  checked={selected.has(entry.id)}
                  anySelected={selected.size > 0}
                  onToggle={(range) => toggle(entry, range)}
                  actions={actions}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Tile({
  entry,
  index,
  picturePx,
  checked,
  anySelected,
  onToggle,
  actions,
}: {
  entry: Entry;
  index: number;
  picturePx: number;
  checked: boolean;
  anySelected: boolean;
  onToggle: (range: boolean) => void;
  actions: EntryActions;
}) {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  const href = actions.href(entry);
  const [broken, setBroken] = useState(false);
  const thumbnail = entry.kind === "object" && !broken ? entry.object.thumbnailUrl : null;

  function onClick(event: MouseEvent) {
    // With a selection begun, shift and ctrl extend it instead of opening.
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      onToggle(event.shiftKey);
    } else if (!href) actions.open(entry);
  }

  const inside = (
    <>
      <span className="grid w-full place-items-center overflow-hidden rounded-t-[5px] bg-sunken" style={{ height: picturePx }}>
        {thumbnail ? (
          <img src={thumbnail} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setBroken(true)} className="size-full object-cover" />
        ) : (
          <EntryIcon entry={entry} className="size-8" />
        )}
      </span>
      <span className="flex min-w-0 flex-col px-2 py-1.5" style={{ height: captionPx - 2 }}>
        <span className="truncate text-sm leading-4.5">{entry.name}</span>
        <span className="nums truncate text-xs text-ink-muted">{entry.kind === "object" ? <Bytes value={entry.object.sizeBytes} /> : t("folder")}</span>
      </span>
    </>
  );
  const look = "block w-full rounded-md text-left outline-offset-1";

  const unpack = actions.unpack(entry);
  return (
    <RightClickMenu
      items={[
        entry.kind === "folder"
          ? { label: tc("open"), icon: <FolderOpen aria-hidden />, onSelect: () => actions.open(entry) }
          : { label: t("preview.open"), icon: <Eye aria-hidden />, onSelect: () => actions.open(entry) },
        { label: tc("download"), icon: <Download aria-hidden />, onSelect: () => actions.download(entry) },
        ...(unpack ? [{ label: t("unpack.open"), icon: <PackageOpen aria-hidden />, onSelect: unpack }] : []),
        ...(actions.remove ? [{ type: "line" as const }, { label: tc("delete"), icon: <Trash2 aria-hidden />, danger: true, onSelect: () => actions.remove?.(entry) }] : []),
      ]}
    >
      <div
        role="listitem"
        data-entry={index}
        className={clsx(
          "group relative min-w-0 rounded-md border bg-surface transition-colors duration-100",
          checked ? "border-accent bg-accent-soft shadow-[0_0_0_1px_var(--accent)]" : "border-line hover:border-line-strong",
        )}
      >
        {href ? (
          <Link href={href} data-open title={entry.name} onClick={onClick} className={look}>
            {inside}
          </Link>
        ) : (
          <button type="button" data-open title={entry.name} onClick={onClick} className={look}>
            {inside}
          </button>
        )}
        <span
          className={clsx(
            "absolute left-1.5 top-1.5 grid place-items-center rounded-sm bg-surface transition-opacity duration-100 focus-within:opacity-100",
            checked || anySelected ? "opacity-100" : "opacity-0 group-hover:opacity-100 pointer-coarse:opacity-100",
          )}
        >
          <Checkbox ariaLabel={tc("selectRow", { name: entry.name })} checked={checked} onCheckedChange={() => onToggle(false)} />
        </span>
      </div>
    </RightClickMenu>
  );
}

/** Places of the size of tiles while the first page is read. */
export function EntryGridSkeleton() {
  const t = useTranslations("common");
  const { measure, columns, tilePx } = useColumns();
  return (
    <div ref={measure} role="status" aria-busy="true" aria-label={t("loading")}>
      <div className="grid" style={{ gap: gapPx, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {Array.from({ length: columns * 3 }, (_, place) => (
          <div key={place} className="rounded-md border border-line">
            <div style={{ height: Math.round(tilePx * 0.75) }}>
              <Skeleton className="size-full rounded-t-[5px] rounded-b-none" />
            </div>
            <div className="flex flex-col gap-1.5 px-2 py-2" style={{ height: captionPx - 2 }}>
              <Skeleton className="h-3 w-2/3" />
              <Skeleton className="h-2.5 w-1/3" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
