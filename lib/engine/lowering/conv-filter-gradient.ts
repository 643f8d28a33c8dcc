import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";
import { isSmallMap, smallMapFilterGradient } from "./conv-small-map";

/*
 * ONNX has no operation for the gradient of a filter. Three ways to say it, each the quickest somewhere; on 2 cores
 * they reach 65-140 GFLOP/s where a convolution with batch and channels swapped reaches 39-74.
 */

/** x NCHW, dy NCHW; gives OIHW. */
export function convFilterGradient(graph: OnnxGraph, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  if (isSmallMap(geometry)) return smallMapFilterGradient(graph, x, dy, geometry);
  const cells = filterHeight * filterWidth;
  if (cells === 1 || (cells === 9 && strideHeight === 1 && strideWidth === 1)) return shiftedProducts(graph, x, dy, geometry);
  return channelConv(graph, x, dy, geometry);
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
