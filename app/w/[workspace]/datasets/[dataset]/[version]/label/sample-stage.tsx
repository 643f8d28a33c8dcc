"use client";

import { useTranslations } from "next-intl";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Box } from "#lib/domain/dataset";
import type { Sample } from "#lib/protocol/samples";
import { BoxLayer } from "./box-layer";
import { nameOf } from "./sample-grid";
import { placeOf, zoomed, type Zoom } from "./zoom";

type Props = {
  sample: Sample;
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  drawing: boolean;
  boxLabel: string;
  chosenBox: number | null;
  onChooseBox: (at: number | null) => void;
  onBoxes: (boxes: Box[]) => void;
  onBroken: () => void;
};

/** One picture, as large as there is room: wheel or + and − zoom, dragging pushes it. */
export function SampleStage({ sample, zoom, onZoom, drawing, boxLabel, chosenBox, onChooseBox, onBoxes, onBroken }: Props) {
  const t = useTranslations("labelling");
  const stage = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const place = size.width > 0 ? placeOf(sample, size, zoom) : null;

  // React's own wheel listener is passive: the page would scroll as well.
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const rect = element.getBoundingClientRect();
      onZoom(zoomed(zoom, Math.exp(-event.deltaY / 300), size, { x: event.clientX - rect.left, y: event.clientY - rect.top }));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [zoom, size, onZoom]);

  const pan = useRef<{ x: number; y: number; zoom: Zoom } | null>(null);
  return (
    <div
      ref={stage}
      className="relative min-h-0 flex-1 overflow-hidden rounded-md border border-line bg-sunken select-none"
      onPointerDown={(event) => {
        if (event.button !== 0 || zoom.scale === 1) return;
        pan.current = { x: event.clientX, y: event.clientY, zoom };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (pan.current) onZoom({ ...pan.current.zoom, x: pan.current.zoom.x + event.clientX - pan.current.x, y: pan.current.zoom.y + event.clientY - pan.current.y });
      }}
      onPointerUp={() => (pan.current = null)}
      onPointerCancel={() => (pan.current = null)}
    >
      {place && sample.url ? (
        <img
          key={sample.index}
          src={sample.url}
          alt={t("tile", { name: nameOf(sample), label: sample.label ?? t("noLabel") })}
          draggable={false}
          decoding="sync"
          data-sample={sample.index}
          onError={onBroken}
          className="absolute max-w-none"
          style={place}
        />
      ) : (
        <p className="grid size-full place-items-center text-base text-ink-muted">{place && t("gone")}</p>
      )}
      {place && (drawing || sample.boxes.length > 0) && (
        <BoxLayer boxes={sample.boxes} place={place} drawing={drawing} label={boxLabel} chosen={chosenBox} onChoose={onChooseBox} onChange={onBoxes} />
      )}
    </div>
  );
}
