import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";
import { range } from "../shapes";
import { isSmallMap, smallMapFilterGradient } from "./conv-small-map";

/*
 * ONNX has no operation for the gradient of a filter. Four ways to say it, each the quickest somewhere: a
 * convolution with batch and channels swapped reaches half their speed.
 */

/** x NCHW, dy NCHW; gives OIHW. */
export function convFilterGradient(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  if (isSmallMap(geometry)) return smallMapFilterGradient(graph, x, dy, geometry);
  const cells = filterHeight * filterWidth;
  if (isTall(geometry)) return stackedProducts(graph, x, dy, geometry);
  if (cells === 1 || (cells === 9 && strideHeight === 1 && strideWidth === 1)) return shiftedProducts(graph, x, dy, geometry);
  return channelConv(graph, x, dy, geometry);
}

/** So few channels make thin products, which stacking makes better ones. */
const mostStackedChannels = 128;
/** On lower maps, rows of zeros are too large a share of what is multiplied. */
const leastStackedHeight = 16;

function isTall({ outChannels, outHeight, filterHeight, filterWidth, strideHeight, strideWidth }: WindowGeometry): boolean {
  return filterHeight === 3 && filterWidth === 3 && strideHeight === 1 && strideWidth === 1 && outChannels <= mostStackedChannels && outHeight >= leastStackedHeight;
}

/**
 * One matrix product for each column of the filter, at stride 1. Instead of x being shifted by rows, dy lies three times
 * in a row between rows of zeros: [3 O, R N OW] times x shifted by a column [R N OW, C], where R counts the rows of the
 * padded input that some window reads. With the map's rows outermost, a row of zeros is one run of values.
 */
function stackedProducts(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { batch, inChannels, inHeight, inWidth, outChannels, outHeight, outWidth, filterHeight, filterWidth, padTop, padLeft } = geometry;
  const [rows, columns] = readExtent(geometry);
  const row = batch * outWidth;
  const slopes = graph.reshape(graph.transpose(dy, [1, 2, 0, 3]), [outChannels, outHeight * row]);
  // The copy for filter row k has k rows of zeros before it: from each to the next, as many as the filter is high.
  const zeros = graph.add("ConstantOfShape", [graph.integers([outChannels, filterHeight * row])]);
  const copies = range(filterHeight).flatMap((copy) => (copy === 0 ? [slopes] : [zeros, slopes]));
  const stacked = graph.reshape(graph.add("Concat", copies, { axis: 1 }), [outChannels * filterHeight, rows * row]);
  const padded = graph.pad(
    rowsFirst(graph, x, geometry),
    [padTop, 0, padLeft, 0],
    [missing(rows, inHeight, padTop), 0, missing(columns, inWidth, padLeft), 0],
  );
  const products = range(filterWidth).map((column) => {
    const shifted = graph.slice(padded, { starts: [0, column], ends: [rows, column + outWidth], axes: [0, 2] });
    const product = graph.add("MatMul", [stacked, graph.reshape(shifted, [rows * row, inChannels])]);
    return graph.reshape(product, [outChannels, filterHeight, inChannels, 1]);
  });
  return graph.transpose(graph.add("Concat", products, { axis: 3 }), [0, 2, 1, 3]);
}

/** x NCHW → [H, N, W, C]. Not by a second Transpose: ONNX Runtime would make one of both, which goes value by value. */
function rowsFirst(graph: OnnxGraph, x: Value, { batch, inChannels, inHeight, inWidth }: WindowGeometry): Value {
  const rows = graph.reshape(graph.transpose(x, [0, 2, 3, 1]), [batch * inHeight, inWidth * inChannels]);
  const order = range(inHeight).flatMap((row) => range(batch).map((picture) => picture * inHeight + row));
  const gathered = graph.add("Gather", [rows, graph.constant("int64", [order.length], order)], { axis: 0 });
  return graph.reshape(gathered, [inHeight, batch, inWidth, inChannels]);
}

/** One matrix product for each cell of the filter: dy [O, N OHOW] times x shifted by that cell [N OHOW, C]. */
function shiftedProducts(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { batch, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  const positions = batch * outHeight * outWidth;
  const slopes = graph.reshape(graph.transpose(dy, [1, 0, 2, 3]), [outChannels, positions]);
  const [rows, columns] = readExtent(geometry);
  const padded = graph.pad(
    graph.transpose(x, [0, 2, 3, 1]),
    [0, geometry.padTop, geometry.padLeft, 0],
    [0, missing(rows, geometry.inHeight, geometry.padTop), missing(columns, geometry.inWidth, geometry.padLeft), 0],
  );
  const products: Value[] = [];
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const shifted = graph.slice(padded, {
        starts: [row, column],
        ends: [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1],
        axes: [1, 2],
        steps: [strideHeight, strideWidth],
      });
      const product = graph.add("MatMul", [slopes, graph.reshape(shifted, [positions, inChannels])]);
      products.push(graph.reshape(product, [outChannels, inChannels, 1]));
    }
  }
  const cells = products.length === 1 ? products[0]! : graph.add("Concat", products, { axis: 2 });
  return graph.reshape(cells, [outChannels, inChannels, filterHeight, filterWidth]);
}

/**
 * A 3-D convolution of one picture whose channels are the batch and whose depth is the input's channels, by "filters"
 * that are dy: ONNX Runtime turns it into a single product [O, N OHOW] times [N OHOW, C kh kw], and x stays as it is.
 */
function channelConv(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { batch, inChannels, inHeight, inWidth, outChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth, padTop, padLeft } = geometry;
  const [rows, columns] = readExtent(geometry);
  const [keptHeight, keptWidth] = [Math.min(inHeight, rows - padTop), Math.min(inWidth, columns - padLeft)];
  const kept =
    keptHeight < inHeight || keptWidth < inWidth ? graph.slice(x, { starts: [0, 0], ends: [keptHeight, keptWidth], axes: [2, 3] }) : x;
  const volume = graph.reshape(kept, [1, batch, inChannels, keptHeight, keptWidth]);
  const filters = graph.reshape(graph.transpose(dy, [1, 0, 2, 3]), [outChannels, batch, 1, outHeight, outWidth]);
  const result = graph.add("Conv", [volume, filters], {
    kernel_shape: [1, outHeight, outWidth],
    dilations: [1, strideHeight, strideWidth],
    pads: [0, padTop, padLeft, 0, missing(rows, inHeight, padTop), missing(columns, inWidth, padLeft)],
  });
  return graph.reshape(result, [outChannels, inChannels, filterHeight, filterWidth]);
}

/** How many rows and columns of the padded input some window reads. */
function readExtent({ outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth }: WindowGeometry): [number, number] {
  return [(outHeight - 1) * strideHeight + filterHeight, (outWidth - 1) * strideWidth + filterWidth];
}

function missing(extent: number, available: number, before: number): number {
  return Math.max(0, extent - available - before);
}
