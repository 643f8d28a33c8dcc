import type uPlot from "uplot";
import { tokenColor } from "../_ui/token-color";
import { yRange } from "./y-range";

export type Ink = { line: string; text: string; grid: string; ground: string; series: string[] };

/** The colours of the theme shown now. */
export function readInk(): Ink {
  return {
    line: tokenColor("--line-strong"),
    text: tokenColor("--ink-muted"),
    grid: tokenColor("--line"),
    ground: tokenColor("--surface"),
    series: ([1, 2, 3, 4, 5, 6] as const).map((n) => tokenColor(`--series-${n}`)),
  };
}

/** Colour is never alone: each curve has a dash of its own. */
export const dashes: readonly number[][] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 4]];

const font = '12px "Inter Variable", "PingFang SC", "Noto Sans CJK SC", sans-serif';

export type DrawOptions = {
  curves: readonly { label: string; color: number }[];
  /** each curve is drawn twice: the raw one faint, the smoothed one over it */
  smoothed: boolean;
  xLabel: string;
  yLabel: string;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** charts with the same key show the same place */
  syncKey: string;
  width: number;
  height: number;
  /** values far above the others lie beyond the top */
  cutOutliers: boolean;
  /** how many do in what is shown now */
  onBeyond: (count: number) => void;
  onPlace: (index: number | null) => void;
  onZoom: (range: { from: number; to: number } | null) => void;
};

/** Options for uPlot; the data is [xs, raw…] or, smoothed, [xs, raw…, smoothed…]. */
export function drawOptions(options: DrawOptions, ink: Ink): uPlot.Options {
  const { curves, smoothed, formatX, formatY } = options;
  const color = (curve: { color: number }) => ink.series[curve.color % ink.series.length]!;
  const few = (u: uPlot, index: number) => (u.data[index] as (number | null)[]).filter((value) => value !== null).length <= 40;
  const main = curves.map((curve): uPlot.Series => {
    return {
      label: curve.label,
      stroke: color(curve),
      width: 1.75,
      dash: dashes[curve.color % dashes.length],
      spanGaps: true,
      points: { show: (u, index) => few(u, index), size: 5, fill: color(curve), stroke: color(curve) },
    };
  });
  const faint = curves.map((curve): uPlot.Series => ({ label: curve.label, stroke: color(curve), alpha: 0.28, width: 1, spanGaps: true, points: { show: false } }));
  return {
    width: options.width,
    height: options.height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    scales: { x: { time: false }, y: { range: (u) => rangeShown(u, options) } },
    cursor: {
      sync: { key: options.syncKey, scales: ["x", null] },
      drag: { x: true, y: false, setScale: true },
      points: { size: 7, width: 2 },
      y: false,
    },
    axes: [
      axis(ink, { label: options.xLabel, space: 64, values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? formatX(value) : "")) }),
      axis(ink, {
        label: options.yLabel,
        space: 36,
        values: (_, splits) => splits.map(formatY),
        size: (_, values) => Math.max(38, ...(values ?? []).map((text) => text.length * 7.5 + 16)),
      }),
    ],
    series: [{}, ...(smoothed ? [...faint, ...main] : main)],
    hooks: {
      setCursor: [(u) => options.onPlace(u.cursor.idx ?? null)],
      setScale: [
        (u, key) => {
          if (key !== "x" || u.scales.x?.min == null || u.scales.x.max == null) return;
          const xs = u.data[0];
          const whole = xs.length === 0 || (u.scales.x.min <= xs[0]! && u.scales.x.max >= xs.at(-1)!);
          options.onZoom(whole ? null : { from: u.scales.x.min, to: u.scales.x.max });
        },
      ],
    },
  };
}

/** The y range of what is shown now, zoomed or not. */
function rangeShown(u: uPlot, { cutOutliers, onBeyond }: DrawOptions): [number, number] {
  const xs = u.data[0];
  const from = u.scales.x?.min ?? xs[0] ?? 0;
  const to = u.scales.x?.max ?? xs.at(-1) ?? 0;
  const shown = u.data.slice(1).flatMap((column) => (column as (number | null)[]).filter((_, index) => xs[index]! >= from && xs[index]! <= to));
  const { low, high, beyond } = yRange(shown, cutOutliers);
  onBeyond(beyond);
  return [low, high];
}

function axis(ink: Ink, rest: uPlot.Axis): uPlot.Axis {
  return {
    stroke: ink.text,
    font,
    labelFont: font,
    labelSize: 18,
    labelGap: 0,
    gap: 5,
    size: 30,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 4 },
    ...rest,
  };
}

/** The chart as it is on the screen with title and legend, as a PNG. */
export function chartPng(u: uPlot, title: string, curves: readonly { label: string; color: number }[], ink: Ink): Promise<Blob | null> {
  const source = u.ctx.canvas;
  const ratio = source.width / u.width;
  const head = 52;
  const canvas = document.createElement("canvas");
  canvas.width = source.width;
  canvas.height = source.height + head * ratio;
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  context.scale(ratio, ratio);
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, u.width, u.height + head);
  context.fillStyle = ink.text;
  context.font = `600 ${font.replace("12px", "14px")}`;
  context.fillText(title, 12, 20);
  context.font = font;
  let x = 12;
  for (const curve of curves) {
    context.strokeStyle = ink.series[curve.color % ink.series.length]!;
    context.lineWidth = 2;
    context.setLineDash(dashes[curve.color % dashes.length]!);
    context.beginPath();
    context.moveTo(x, 37);
    context.lineTo(x + 22, 37);
    context.stroke();
    context.fillText(curve.label, x + 28, 41);
    x += 28 + context.measureText(curve.label).width + 20;
  }
  context.drawImage(source, 0, head, u.width, u.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
