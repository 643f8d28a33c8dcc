"use client";

import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState, type PointerEvent } from "react";
import { useTileGrid } from "#app/ui";
import type { Sample } from "#lib/protocol/samples";
import { range, type Selection } from "./selection";
import { SampleMarks } from "./sample-marks";

const tileLeastPx = 136;
const gapPx = 8;
const captionPx = 24;
/** A pointer that moves less has clicked. */
const clickPx = 5;

type Props = {
  views: readonly (Sample | undefined)[];
  conflicts: ReadonlySet<number>;
  selection: Selection;
  onColumns: (columns: number) => void;
  onClick: (place: number, how: "only" | "extend" | "toggle") => void;
  onChoose: (places: number[]) => void;
  onOpen: (place: number) => void;
  onNearEnd: () => void;
};

/** Many pictures at once: click, Shift-click, Ctrl-click or drag a frame around them. */
export function SampleGrid({ views, conflicts, selection, onColumns, onClick, onChoose, onOpen, onNearEnd }: Props) {
  const t = useTranslations("labelling");
  const { listRef, virtualizer, offset, columns, side, rowCount, rowPx } = useTileGrid(views.length, { tileLeastPx, gapPx, captionPx });
  const rows = virtualizer.getVirtualItems();
  useEffect(() => onColumns(columns), [columns, onColumns]);

  const lastRow = rows.at(-1)?.index ?? -1;
  const nearEnd = rowCount > 0 && lastRow >= rowCount - 6;
  useEffect(() => {
    if (nearEnd) onNearEnd();
  }, [nearEnd, views.length, onNearEnd]);
  const atRow = Math.floor(selection.at / columns);
  useEffect(() => {
    if (rowCount > 0) virtualizer.scrollToIndex(atRow, { align: "auto" });
  }, [virtualizer, atRow, rowCount]);

  const [frame, setFrame] = useState<{ x: number; y: number; toX: number; toY: number } | null>(null);
  const began = useRef<{ x: number; y: number } | null>(null);
  const placeOf = (event: PointerEvent): { x: number; y: number } => {
    const box = listRef.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** Places whose tile the frame touches. */
  const inside = (a: { x: number; y: number }, b: { x: number; y: number }): number[] => {
    const clampedColumn = (x: number) => Math.min(columns - 1, Math.max(0, Math.floor(x / (side + gapPx))));
    const clampedRow = (y: number) => Math.min(rowCount - 1, Math.max(0, Math.floor(y / rowPx)));
    return range(clampedRow(a.y), clampedRow(b.y))
      .flatMap((row) => range(clampedColumn(a.x), clampedColumn(b.x)).map((column) => row * columns + column))
      .filter((place) => place < views.length);
  };

  return (
    <div
      ref={listRef}
      role="listbox"
      tabIndex={0}
      aria-label={t("pictures")}
      aria-multiselectable
      aria-activedescendant={views[selection.at] ? `tile-${selection.at}` : undefined}
      className="relative touch-pan-y rounded-md select-none"
      style={{ height: virtualizer.getTotalSize(), minHeight: 120 }}
      onPointerDown={(event) => {
        if (event.button === 0 && event.pointerType === "mouse") began.current = placeOf(event);
      }}
      onPointerMove={(event) => {
        const from = began.current;
        if (!from || (event.buttons & 1) === 0) return;
        const to = placeOf(event);
        if (!frame && Math.hypot(to.x - from.x, to.y - from.y) < clickPx) return;
        if (!frame) event.currentTarget.setPointerCapture(event.pointerId);
        setFrame({ x: from.x, y: from.y, toX: to.x, toY: to.y });
        onChoose(inside(from, to));
      }}
      onPointerUp={(event) => {
        const from = began.current;
        began.current = null;
        if (frame) return setFrame(null);
        if (!from && event.pointerType === "mouse") return;
        const place = (event.target as HTMLElement).closest<HTMLElement>("[data-place]")?.dataset.place;
        if (place !== undefined) onClick(Number(place), event.shiftKey ? "extend" : event.ctrlKey || event.metaKey ? "toggle" : "only");
      }}
      onPointerCancel={() => {
        began.current = null;
        setFrame(null);
      }}
      onDoubleClick={(event) => {
        const place = (event.target as HTMLElement).closest<HTMLElement>("[data-place]")?.dataset.place;
        if (place !== undefined) onOpen(Number(place));
      }}
    >
      {rows.map((row) => (
        <div key={row.key} role="presentation" className="absolute inset-x-0 top-0 flex" style={{ transform: `translateY(${row.start - offset}px)`, gap: gapPx }}>
          {range(row.index * columns, Math.min(views.length, (row.index + 1) * columns) - 1).map((place) => {
            const sample = views[place];
            if (!sample) return null;
            const chosen = selection.chosen.has(place);
            return (
              <div
                key={place}
                id={`tile-${place}`}
                role="option"
                aria-selected={chosen}
                aria-setsize={views.length}
                aria-posinset={place + 1}
                aria-label={t("tile", { name: nameOf(sample), label: sample.label ?? t("noLabel") })}
                data-place={place}
                title={sample.key}
                className="min-w-0 cursor-default"
                style={{ width: side }}
              >
                <div
                  className={clsx(
                    "relative overflow-hidden rounded-md border bg-sunken",
                    chosen ? "border-accent ring-2 ring-accent" : "border-line",
                    place === selection.at && "outline-2 outline-offset-2 outline-focus",
                    sample.dropped && "opacity-40",
                  )}
                  style={{ width: side, height: side }}
                >
                  {sample.thumbnailUrl || sample.url ? (
                    <img src={sample.thumbnailUrl || sample.url} alt="" draggable={false} loading="lazy" decoding="async" className="size-full object-cover" />
                  ) : (
                    <span className="grid size-full place-items-center p-2 text-center text-sm text-ink-muted">{t("gone")}</span>
                  )}
                </div>
                <SampleMarks sample={sample} conflict={conflicts.has(sample.index)} />
              </div>
            );
          })}
        </div>
      ))}
      {frame && (
        <div
          aria-hidden
          className="pointer-events-none absolute border border-accent bg-accent/15"
          style={{ left: Math.min(frame.x, frame.toX), top: Math.min(frame.y, frame.toY), width: Math.abs(frame.toX - frame.x), height: Math.abs(frame.toY - frame.y) }}
        />
      )}
    </div>
  );
}

export function nameOf({ key }: { key: string }): string {
  return key.split("/").at(-1) ?? key;
}
