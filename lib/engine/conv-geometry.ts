import { backend_util } from "@tensorflow/tfjs-core";
import type { GraphNode } from "./graph-node";
import type { Shape } from "./shapes";

/** Everything that decides a convolution's or a pooling's loops. Pads count cells of the input. */
export type WindowGeometry = {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padTop: number;
  padBottom: number;
  padLeft: number;
  padRight: number;
};

type Pair = number | [number, number];
type Padding = "valid" | "same" | number | [[number, number], [number, number], [number, number], [number, number]];
type Rounding = "floor" | "round" | "ceil";

const known = new Map<string, WindowGeometry>();
/** shapes come from the data: a program with endless ones must not fill memory */
const mostKnown = 4096;

/** The same object for the same arguments, so that describing it costs once. NHWC, HWIO. */
export function convGeometry(input: Shape, filter: Shape, strides: Pair, dilations: Pair | undefined, pad: Padding, rounding?: Rounding): WindowGeometry {
  return remember(`conv|${[input, filter, strides, dilations, pad, rounding].join("|")}`, () =>
    fromInfo(
      backend_util.computeConv2DInfo(
        input as [number, number, number, number],
        filter as [number, number, number, number],
        strides,
        dilations ?? 1,
        pad as "valid",
        rounding,
        false,
        "channelsLast",
      ),
    ),
  );
}

/** The same for a filter [height, width, channels, outputs of each channel]; `outChannels` counts all of them. */
export function depthwiseGeometry(input: Shape, filter: Shape, strides: Pair, dilations: Pair | undefined, pad: Padding, rounding?: Rounding): WindowGeometry {
  return remember(`depthwise|${[input, filter, strides, dilations, pad, rounding].join("|")}`, () =>
    fromInfo(
      backend_util.computeConv2DInfo(
        input as [number, number, number, number],
        filter as [number, number, number, number],
        strides,
        dilations ?? 1,
        pad as "valid",
        rounding,
        true,
      ),
    ),
  );
}

export function poolGeometry(input: Shape, size: Pair, strides: Pair, pad: Padding, rounding?: Rounding): WindowGeometry {
  return remember(`pool|${[input, size, strides, pad, rounding].join("|")}`, () =>
    fromInfo(backend_util.computePool2DInfo(input as [number, number, number, number], size, strides, 1, pad as "valid", rounding)),
  );
}

/** `geometry` over an input without the zeros around it, which become the window's own padding. */
export function withPadding(
  geometry: WindowGeometry,
  pads: Pick<WindowGeometry, "padTop" | "padBottom" | "padLeft" | "padRight">,
): WindowGeometry {
  const inHeight = geometry.inHeight - pads.padTop - pads.padBottom;
  const inWidth = geometry.inWidth - pads.padLeft - pads.padRight;
  const key = `padded|${Object.values(geometry).join()}|${[pads.padTop, pads.padBottom, pads.padLeft, pads.padRight].join()}`;
  return remember(key, () => ({ ...geometry, ...pads, inHeight, inWidth }));
}

/** `geometry` over the map inside of `padded`, if that puts zeros around rows and columns and the windows add none. */
export function withZerosAround(padded: GraphNode, geometry: WindowGeometry): WindowGeometry | null {
  if (!padded.is("Pad") || padded.attributes.value !== 0 || !isUnpadded(geometry)) return null;
  const [batch, rows, columns, channels] = padded.attributes.paddings;
  if (!batch || !rows || !columns || !channels || [...batch, ...channels].some((cells) => cells !== 0)) return null;
  return withPadding(geometry, { padTop: rows[0], padBottom: rows[1], padLeft: columns[0], padRight: columns[1] });
}

export function isUnpadded({ padTop, padBottom, padLeft, padRight }: WindowGeometry): boolean {
  return padTop === 0 && padBottom === 0 && padLeft === 0 && padRight === 0;
}

function remember(key: string, compute: () => WindowGeometry): WindowGeometry {
  let geometry = known.get(key);
  if (!geometry) {
    if (known.size >= mostKnown) known.clear();
    geometry = compute();
    known.set(key, geometry);
  }
  return geometry;
}

function fromInfo(info: backend_util.Conv2DInfo): WindowGeometry {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padBottom: info.padInfo.bottom,
    padLeft: info.padInfo.left,
    padRight: info.padInfo.right,
  };
}
