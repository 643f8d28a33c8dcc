import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";

/*
 * Convolutions on small maps. ONNX Runtime convolves picture by picture; where a picture has few positions its matrix
 * products are thin and slow. With the batch as the innermost axis, [C, HW, N], all pictures share one wide product,
 * and collecting every window's cells is one Gather along HW with indices known beforehand.
 * Measured on 2 cores: 133-151 GFLOP/s on maps of 8² and below, against 55 for Conv.
 */

const largestSide = 8;
const fewestPictures = 4;
/** of the matrix that scatters a gradient back, a constant inside the model */
const mostScatterCells = 1 << 20;

export function isSmallMap(geometry: WindowGeometry): boolean {
  const { batch, outHeight, outWidth, filterHeight, filterWidth, dilationHeight, dilationWidth } = geometry;
  return (
    outHeight <= largestSide &&
    outWidth <= largestSide &&
    batch >= fewestPictures &&
    // A window of one cell needs no collecting.
    filterHeight * filterWidth > 1 &&
    dilationHeight === 1 &&
    dilationWidth === 1
  );
}

export function smallMapForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry): Value {
  const { batch, outHeight, outWidth, outChannels } = geometry;
  const product = graph.add("MatMul", [flatFilter(graph, filter, geometry), columns(graph, x, geometry)]);
  return batchFirst(graph, graph.reshape(product, [outChannels, outHeight, outWidth, batch]));
}

export function smallMapFilterGradient(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { inChannels, outChannels, filterHeight, filterWidth } = geometry;
  const product = graph.add("Gemm", [flatSlopes(graph, dy, geometry), columns(graph, x, geometry)], { transB: 1 });
  return graph.reshape(product, [outChannels, inChannels, filterHeight, filterWidth]);
}

/** Null where the scatter would be too large. */
export function smallMapInputGradient(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry): Value | null {
  const { batch, inChannels, inHeight, inWidth } = geometry;
  const sources = windowCells(geometry);
  const cells = inHeight * inWidth;
  if (cells * sources.length > mostScatterCells) return null;
  const columnSlopes = graph.add("Gemm", [flatFilter(graph, filter, geometry), flatSlopes(graph, dy, geometry)], { transA: 1 });
  const scatter = new Float32Array(cells * sources.length); // [HW, window cells]: 1 where that window cell shows this cell
  sources.forEach((cell, column) => {
    if (cell < cells) scatter[cell * sources.length + column] = 1;
  });
  const product = graph.add("MatMul", [
    graph.constant("float32", [cells, sources.length], scatter),
    graph.reshape(columnSlopes, [inChannels, sources.length, batch]),
  ]);
  return batchFirst(graph, graph.reshape(product, [inChannels, inHeight, inWidth, batch]));
}

/** For each filter cell and output position, which input cell it sees; HW, one past the last, for padding. */
function windowCells(geometry: WindowGeometry): number[] {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  const cells: number[] = [];
  for (let filterRow = 0; filterRow < filterHeight; filterRow++) {
    for (let filterColumn = 0; filterColumn < filterWidth; filterColumn++) {
      for (let outRow = 0; outRow < outHeight; outRow++) {
        for (let outColumn = 0; outColumn < outWidth; outColumn++) {
          const row = outRow * strideHeight + filterRow - padTop;
          const column = outColumn * strideWidth + filterColumn - padLeft;
          const inside = row >= 0 && row < inHeight && column >= 0 && column < inWidth;
          cells.push(inside ? row * inWidth + column : inHeight * inWidth);
        }
      }
    }
  }
  return cells;
}

/** [C kh kw, OHOW N]. The forward pass and the filter gradient ask for the same, which the graph then holds once. */
function columns(graph: OnnxGraph, x: Value, geometry: WindowGeometry): Value {
  const { batch, inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const cells = graph.reshape(graph.transpose(x, [1, 2, 3, 0]), [inChannels, inHeight * inWidth, batch]);
  const withZero = graph.pad(cells, [0, 0, 0], [0, 1, 0]);
  const sources = windowCells(geometry);
  const gathered = graph.add("Gather", [withZero, graph.constant("int64", [sources.length], sources)], { axis: 1 });
  return graph.reshape(gathered, [inChannels * filterHeight * filterWidth, outHeight * outWidth * batch]);
}

/** [O, C kh kw] */
function flatFilter(graph: OnnxGraph, filter: Value, { outChannels, inChannels, filterHeight, filterWidth }: WindowGeometry): Value {
  return graph.reshape(filter, [outChannels, inChannels * filterHeight * filterWidth]);
}

/** [O, OHOW N] */
function flatSlopes(graph: OnnxGraph, dy: Value, { batch, outChannels, outHeight, outWidth }: WindowGeometry): Value {
  return graph.reshape(graph.transpose(dy, [1, 2, 3, 0]), [outChannels, outHeight * outWidth * batch]);
}

/** CHWN → NCHW */
function batchFirst(graph: OnnxGraph, value: Value): Value {
  return graph.transpose(value, [3, 0, 1, 2]);
}
