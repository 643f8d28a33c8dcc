"use client";

import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Box } from "#lib/domain/dataset";
import { handles, moved, resized, tidied, type Handle } from "./box-shape";
import type { Place } from "./zoom";

const keySteps: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

type Drag = { kind: "draw" | "move" | "resize"; at: number; handle?: Handle; fromX: number; fromY: number; before: Box };

type Props = {
  boxes: readonly Box[];
  place: Place;
  /** the tool is in hand: dragging on the picture draws */
  drawing: boolean;
  /** of a new box */
  label: string;
  chosen: number | null;
  onChoose: (at: number | null) => void;
  onChange: (boxes: Box[]) => void;
};

/** Boxes over a picture: dragged out, moved and resized by pointer or by arrow keys; Shift and arrows resize. */
export function BoxLayer({ boxes, place, drawing, label, chosen, onChoose, onChange }: Props) {
  const t = useTranslations("labelling");
  const [drag, setDrag] = useState<Drag | null>(null);
  const [draft, setDraft] = useState<Box | null>(null);
  const layer = useRef<HTMLDivElement>(null);
  const shareOf = (event: PointerEvent): [number, number] => {
    const rect = layer.current!.getBoundingClientRect();
    return [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
  };
  const begin = (event: PointerEvent, kind: Drag["kind"], at: number, before: Box, handle?: Handle) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    layer.current!.setPointerCapture(event.pointerId);
    const [fromX, fromY] = shareOf(event);
    setDrag({ kind, at, before, fromX, fromY, ...(handle && { handle }) });
    setDraft(kind === "draw" ? null : before);
    onChoose(kind === "draw" ? null : at);
  };
  const replaced = (at: number, box: Box): Box[] => boxes.map((each, i) => (i === at ? box : each));
  const onKey = (event: KeyboardEvent, at: number, box: Box) => {
    if (event.key === "Delete" || event.key === "Backspace") {
      onChange(boxes.filter((_, i) => i !== at));
      onChoose(null);
    } else if (keySteps[event.key]) {
      const [x, y] = keySteps[event.key]!;
      const stepX = (x * (event.altKey ? 10 : 2)) / place.width;
      const stepY = (y * (event.altKey ? 10 : 2)) / place.height;
      onChange(replaced(at, event.shiftKey ? resized(box, { x: 1, y: 1 }, stepX, stepY) : moved(box, stepX, stepY)));
    } else if (event.key === "Escape") onChoose(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={layer}
      className={clsx("absolute", drawing ? "cursor-crosshair touch-none" : "pointer-events-none")}
      style={place}
      onPointerDown={(event) => {
        if (!drawing) return;
        const [x, y] = shareOf(event);
        begin(event, "draw", boxes.length, { label, left: x, top: y, right: x, bottom: y });
      }}
      onPointerMove={(event) => {
        if (!drag) return;
        const [x, y] = shareOf(event);
        const [dx, dy] = [x - drag.fromX, y - drag.fromY];
        if (drag.kind === "draw") {
          if (draft || Math.hypot(dx * place.width, dy * place.height) > 4) setDraft(tidied({ ...drag.before, right: x, bottom: y }));
        } else setDraft(drag.kind === "move" ? moved(drag.before, dx, dy) : resized(drag.before, drag.handle!, dx, dy));
      }}
      onPointerUp={() => {
        if (!drag) return;
        if (draft && draft !== drag.before) {
          onChange(drag.kind === "draw" ? [...boxes, draft] : replaced(drag.at, draft));
          onChoose(drag.at);
        }
        setDrag(null);
        setDraft(null);
      }}
      onPointerCancel={() => {
        setDrag(null);
        setDraft(null);
      }}
    >
      {[...boxes, ...(drag?.kind === "draw" && draft ? [draft] : [])].map((each, at) => {
        const box = drag && draft && drag.at === at ? draft : each;
        const selected = chosen === at;
        return (
          <div
            key={at}
            role="button"
            tabIndex={0}
            aria-pressed={selected}
            aria-label={t("boxOf", { number: at + 1, label: box.label })}
            data-box={at}
            className={clsx("pointer-events-auto absolute border-2 outline-offset-2", selected ? "border-accent bg-accent/15" : "border-series-2", drawing && "cursor-move")}
            style={{ left: `${box.left * 100}%`, top: `${box.top * 100}%`, width: `${(box.right - box.left) * 100}%`, height: `${(box.bottom - box.top) * 100}%` }}
            onFocus={() => onChoose(at)}
            onKeyDown={(event) => onKey(event, at, box)}
            onPointerDown={(event) => begin(event, "move", at, box)}
          >
            <span className="pointer-events-none absolute bottom-full left-[-2px] max-w-40 truncate rounded-t-sm bg-raised px-1 text-xs text-ink">{box.label}</span>
            {selected &&
              handles.map((handle) => (
                <span
                  key={`${handle.x}${handle.y}`}
                  aria-hidden
                  data-handle={`${handle.x},${handle.y}`}
                  className="absolute size-3 -translate-1/2 rounded-sm border border-accent bg-raised"
                  style={{ left: `${(handle.x + 1) * 50}%`, top: `${(handle.y + 1) * 50}%`, cursor: handle.x * handle.y === 1 ? "nwse-resize" : handle.x * handle.y === -1 ? "nesw-resize" : handle.x === 0 ? "ns-resize" : "ew-resize" }}
                  onPointerDown={(event) => begin(event, "resize", at, box, handle)}
                />
              ))}
          </div>
        );
      })}
    </div>
  );
}
