import type { backend_util } from "@tensorflow/tfjs-core";
import type { WindowGeometry } from "./conv-geometry";
import { range, sizeOf } from "./shapes";

/** What decides a convolution's or a pooling's loops over any number of axes. One item for each axis in all lists. */
export type SpatialGeometry = {
  batch: number;
  inChannels: number;
  outChannels: number;
  inSides: readonly number[];
  outSides: readonly number[];
  filterSides: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  /** cells of padding */
  before: readonly number[];
  after: readonly number[];
};

/** NDHWC. */
export function volumeGeometry(info: backend_util.Conv3DInfo): SpatialGeometry {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    inSides: [info.inDepth, info.inHeight, info.inWidth],
    outSides: [info.outDepth, info.outHeight, info.outWidth],
    filterSides: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    after: [info.padInfo.back, info.padInfo.bottom, info.padInfo.right],
  };
}

/** NHWC. */
export function planeGeometry(window: WindowGeometry): SpatialGeometry {
  return {
    batch: window.batch,
    inChannels: window.inChannels,
    outChannels: window.outChannels,
    inSides: [window.inHeight, window.inWidth],
    outSides: [window.outHeight, window.outWidth],
    filterSides: [window.filterHeight, window.filterWidth],
    strides: [window.strideHeight, window.strideWidth],
    dilations: [window.dilationHeight, window.dilationWidth],
    before: [window.padTop, window.padLeft],
    after: [window.padBottom, window.padRight],
  };
}

export function inShape({ batch, inSides, inChannels }: SpatialGeometry): number[] {
  return [batch, ...inSides, inChannels];
}

export function outShape({ batch, outSides, outChannels }: SpatialGeometry): number[] {
  return [batch, ...outSides, outChannels];
}

/** How many cells of the padded input some window reads, on each axis. */
export function readSides({ outSides, filterSides, strides, dilations }: SpatialGeometry): number[] {
  return outSides.map((count, axis) => (count - 1) * strides[axis]! + (filterSides[axis]! - 1) * dilations[axis]! + 1);
}

/** Cells at the end of each axis that no window reaches; negative where windows hang over the padded input. */
export function unreachedSides(geometry: SpatialGeometry): number[] {
  const { inSides, before, after } = geometry;
  return readSides(geometry).map((read, axis) => inSides[axis]! + before[axis]! + after[axis]! - read);
}

/**
 * Where a "same" filter is smaller than its stride, TensorFlow.js pads volumes by less than nothing. Says which cells
 * are cut off for that, [before, after] for each of the input's axes, and the geometry over the rest.
 */
export function trim(geometry: SpatialGeometry): { cut: [number, number][]; rest: SpatialGeometry } {
  const { before, after, inSides } = geometry;
  const sides = inSides.map((_, axis): [number, number] => [Math.max(0, -before[axis]!), Math.max(0, -after[axis]!)]);
  const rest = {
    ...geometry,
    inSides: inSides.map((side, axis) => side - sides[axis]![0] - sides[axis]![1]),
    before: before.map((cells) => Math.max(0, cells)),
    after: after.map((cells) => Math.max(0, cells)),
  };
  return { cut: [[0, 0], ...sides, [0, 0]], rest };
}

/** Whether the windows lie side by side and cover the input exactly. */
export function tiles({ inSides, outSides, filterSides, strides, dilations, before, after }: SpatialGeometry): boolean {
  return range(inSides.length).every(
    (axis) =>
      strides[axis] === filterSides[axis] &&
      dilations[axis] === 1 &&
      before[axis] === 0 &&
      after[axis] === 0 &&
      inSides[axis] === outSides[axis]! * filterSides[axis]!,
  );
}

export function cellsOf({ filterSides }: SpatialGeometry): number {
  return sizeOf(filterSides);
}
