"use client";

import "uplot/dist/uPlot.min.css";
import { Ellipsis, Image as ImageIcon, Sheet as SheetIcon, Table2, ZoomOut } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import uPlot from "uplot";
import { Button, IconButton, Menu, useTheme, useToast } from "#app/ui";
import { alignSeries, valueAt, type Point } from "./align";
import { ChartLegend } from "./chart-legend";
import { ChartTable } from "./chart-table";
import { toCsv } from "./csv";
import { chartPng, drawOptions, readInk } from "./draw";
import { saveBlob, saveText } from "./save-file";
import { smooth } from "./smooth";

export type Curve = {
  key: string;
  label: string;
  /** ascending in x */
  points: readonly Point[];
  /** place in the palette, from 0 */
  color: number;
};

export type LineChartProps = {
  title: string;
  /** with its unit, e.g. "Loss (nats)" */
  yLabel: string;
  xLabel: string;
  curves: readonly Curve[];
  format?: "number" | "percent";
  /** file name of downloads, without ending */
  fileName: string;
  /** smoothing to start with, 0 to 1 */
  smoothing?: number;
  syncKey: string;
  height?: number;
};

const smoothings = ["0", "0.6", "0.9", "0.97"] as const;

/**
 * Curves over one axis: hover, arrow keys or a tap reads all of them at one place, a drag zooms, a double click shows
 * everything again. Grows live without losing the zoom.
 */
export function LineChart(props: LineChartProps) {
  const { curves, xLabel, yLabel, format = "number", syncKey, height = 220 } = props;
  const t = useTranslations("charts");
  const formatter = useFormatter();
  const toast = useToast();
  const { shown: theme } = useTheme();
  const titleId = useId();
  const hostRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const zoomRef = useRef<{ from: number; to: number } | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const [place, setPlace] = useState<number | null>(null);
  const [tableOpen, setTableOpen] = useState(false);
  const [cutOutliers, setCutOutliers] = useState(true);
  const [beyond, setBeyond] = useState(0);
  const [amount, setAmount] = useState(String(props.smoothing ?? 0));

  const formatX = useCallback((value: number) => formatter.number(value, { maximumFractionDigits: 0 }), [formatter]);
  const formatY = useCallback(
    (value: number) =>
      format === "percent"
        ? formatter.number(value, { style: "percent", maximumFractionDigits: 1 })
        : value !== 0 && Math.abs(value) < 0.001
          ? value.toExponential(1)
          : formatter.number(value, { maximumSignificantDigits: 4 }),
    [formatter, format],
  );

  const aligned = useMemo(() => alignSeries(curves.map((curve) => curve.points)), [curves]);
  const smoothed = Number(amount) > 0;
  const data = useMemo<uPlot.AlignedData>(() => {
    const raw = aligned.ys;
    return [aligned.xs, ...raw, ...(smoothed ? raw.map((column) => smooth(column, Number(amount))) : [])];
  }, [aligned, smoothed, amount]);
  const dataRef = useRef(data);

  // What a new drawing needs; the data itself is set without one.
  const look = curves.map((curve) => `${curve.key}\u0000${curve.label}\u0000${curve.color}`).join("\u0001");
  useLayoutEffect(() => {
    const host = hostRef.current;
    if (!host) return;
    const ink = readInk();
    const drawn = look ? look.split("\u0001").map((each) => each.split("\u0000")).map(([, label, color]) => ({ label: label!, color: Number(color) })) : [];
    const plot = new uPlot(
      drawOptions(
        {
          curves: drawn, smoothed, xLabel, yLabel, formatX, formatY, syncKey, height,
          width: Math.max(160, host.clientWidth),
          cutOutliers,
          // uPlot asks for the range while it draws; the page is told afterwards.
          onBeyond: (count) => queueMicrotask(() => setBeyond(count)),
          onPlace: setPlace,
          onZoom: (range) => {
            zoomRef.current = range;
            setZoomed(range !== null);
          },
        },
        ink,
      ),
      dataRef.current.length === drawn.length * (smoothed ? 2 : 1) + 1 ? dataRef.current : [[], ...drawn.flatMap(() => (smoothed ? [[], []] : [[]]))],
      host,
    );
    plotRef.current = plot;
    const kept = zoomRef.current;
    if (kept) plot.setScale("x", { min: kept.from, max: kept.to });
    const observer = new ResizeObserver(() => {
      const width = Math.max(160, host.clientWidth);
      if (width !== plot.width) plot.setSize({ width, height });
    });
    observer.observe(host);
    return () => {
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
    };
  }, [look, smoothed, xLabel, yLabel, formatX, formatY, syncKey, height, theme, cutOutliers]);

  useEffect(() => {
    dataRef.current = data;
    const plot = plotRef.current;
    if (!plot || plot.series.length !== data.length) return;
    if (zoomRef.current) {
      plot.setData(data, false);
      plot.redraw();
    } else {
      plot.setData(data);
    }
  }, [data, look, smoothed, theme, cutOutliers]);

  function showAll() {
    const plot = plotRef.current;
    const xs = data[0];
    if (!plot || xs.length === 0) return;
    plot.setScale("x", { min: xs[0]!, max: xs.at(-1)! });
  }

  function moveTo(index: number) {
    const plot = plotRef.current;
    const x = data[0][index];
    if (!plot || x === undefined) return;
    plot.setCursor({ left: plot.valToPos(x, "x"), top: plot.over.clientHeight / 2 });
    setPlace(index);
  }

  const last = data[0].length - 1;
  const at = place !== null && place <= last ? place : last;

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const page = Math.max(1, Math.round(data[0].length / 10));
    const moves: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - page, PageDown: at + page };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      moveTo(Math.min(last, Math.max(0, next)));
    } else if (event.key === "+" || event.key === "=") {
      zoomBy(0.5);
    } else if (event.key === "-") {
      zoomBy(2);
    } else if (event.key === "Escape" && zoomed) {
      event.stopPropagation();
      showAll();
    }
  }

  function zoomBy(factor: number) {
    const plot = plotRef.current;
    const xs = data[0];
    const scale = plot?.scales.x;
    if (!plot || scale?.min == null || scale.max == null || xs.length < 3) return;
    const centre = xs[at]!;
    const half = ((scale.max - scale.min) * factor) / 2;
    const from = Math.max(xs[0]!, centre - half);
    const to = Math.min(xs.at(-1)!, centre + half);
    if (to > from) plot.setScale("x", { min: from, max: to });
  }

  async function downloadPng() {
    const plot = plotRef.current;
    const png = plot && (await chartPng(plot, props.title, curves, readInk()));
    if (png) saveBlob(`${props.fileName}.png`, png);
    else toast.show({ kind: "failed", title: t("pngFailed") });
  }

  function downloadCsv() {
    const rows = aligned.xs.map((x, row) => [x, ...aligned.ys.map((column) => column[row])]);
    saveText(`${props.fileName}.csv`, toCsv([xLabel, ...curves.map((curve) => curve.label)], rows), "text/csv;charset=utf-8");
  }

  const readings = curves.map((curve, index) => {
    const column = aligned.ys[index] ?? [];
    const value = valueAt(column, at);
    const smoothColumn = smoothed ? (data[1 + curves.length + index] as (number | null)[] | undefined) : undefined;
    const averaged = smoothColumn ? valueAt(smoothColumn, at) : null;
    return { ...curve, value: value === null ? null : formatY(value), averaged: averaged === null ? null : formatY(averaged) };
  });
  const where = at >= 0 ? t("at", { axis: xLabel, value: formatX(data[0][at]!) }) : "";

  return (
    <figure aria-labelledby={titleId} className="min-w-0 rounded-md border border-line bg-surface">
      <figcaption className="flex h-10 items-center gap-1 pl-3 pr-1.5">
        <h3 id={titleId} className="min-w-0 flex-1 truncate text-base font-medium">
          {props.title}
        </h3>
        {zoomed && (
          <Button size="sm" kind="ghost" icon={<ZoomOut aria-hidden />} onClick={showAll}>
            {t("showAll")}
          </Button>
        )}
        <Menu
          items={[
            { type: "heading", label: t("smoothing") },
            ...smoothings.map((value) => ({ type: "choice" as const, label: t(`smoothings.${smoothingKey(value)}`), checked: amount === value, onSelect: () => setAmount(value) })),
            { type: "line" },
            { type: "choice", label: t("cutOutliers"), checked: cutOutliers, onSelect: () => setCutOutliers(!cutOutliers) },
            { type: "line" },
            { label: t("table"), icon: <Table2 aria-hidden />, onSelect: () => setTableOpen(true) },
            { label: t("png"), icon: <ImageIcon aria-hidden />, onSelect: () => void downloadPng() },
            { label: t("csv"), icon: <SheetIcon aria-hidden />, onSelect: downloadCsv },
          ]}
        >
          <IconButton label={t("options", { title: props.title })} tooltip={false} size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        </Menu>
      </figcaption>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t("read", { title: props.title })}
        aria-valuemin={data[0][0] ?? 0}
        aria-valuemax={data[0].at(-1) ?? 0}
        aria-valuenow={at >= 0 ? data[0][at]! : 0}
        aria-valuetext={[where, ...readings.map(({ label, value }) => `${label} ${value ?? t("noValue")}`)].filter(Boolean).join(", ")}
        onKeyDown={onKeyDown}
        onFocus={() => place === null && last >= 0 && moveTo(last)}
        className="relative mx-1 cursor-crosshair overflow-hidden rounded-sm"
        style={{ height }}
      >
        <div ref={hostRef} className="absolute inset-0" />
        {beyond > 0 && <p className="nums pointer-events-none absolute top-0 right-2 text-xs text-ink-muted">{t("beyond", { count: beyond })}</p>}
        {data[0].length === 0 && <p className="absolute inset-0 grid place-items-center text-sm text-ink-muted">{t("empty")}</p>}
      </div>
      <ChartLegend where={where} readings={readings} smoothed={smoothed} />
      <ChartTable open={tableOpen} onOpenChange={setTableOpen} title={props.title} xLabel={xLabel} curves={curves} aligned={aligned} formatX={formatX} formatY={formatY} onDownload={downloadCsv} />
    </figure>
  );
}

function smoothingKey(value: (typeof smoothings)[number]): "none" | "some" | "more" | "most" {
  return ({ "0": "none", "0.6": "some", "0.9": "more", "0.97": "most" } as const)[value];
}

