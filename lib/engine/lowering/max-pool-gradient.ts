import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";

/** Below every float32 that a map may have, and still a number that shaders can write. */
const lowest = -3.4e38;

/**
 * MaxPool's gradient where the provider does not say which cell of a window won: the first that equals the result.
 * What each place of the window won is a channel of its own, which one transposed convolution puts back where it was.
 *
 * @param dy [N, C, OH, OW] @param x [N, C, H, W] @param y what MaxPool gave, [N, C, OH, OW]
 */
export function gradientByComparison(graph: OnnxGraph, { dy, x, y }: { dy: Value; x: Value; y: Value }, geometry: WindowGeometry): Value {
  const { batch, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  const padded = padLowest(graph, x, geometry);
  const won: Value[] = [];
  let free = graph.float(1); // 1 where no cell has won yet
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const cell = graph.slice(padded, {
        starts: [row, column],
        ends: [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1],
        axes: [2, 3],
        steps: [strideHeight, strideWidth],
      });
      const wins = graph.add("Mul", [graph.add("Cast", [graph.add("Equal", [cell, y])], { to: 1 }), free]);
      free = graph.add("Sub", [free, wins]);
      won.push(graph.reshape(graph.add("Mul", [dy, wins]), [batch, inChannels, 1, outHeight, outWidth]));
    }
  }
  const places = won.length;
  const stacked = graph.reshape(graph.add("Concat", won, { axis: 2 }), [batch, inChannels * places, outHeight, outWidth]);
  const filters = Float32Array.from({ length: inChannels * places * places }, (_, at) => (at % places === Math.floor(at / places) % places ? 1 : 0));
  const rows = extent(geometry.inHeight, geometry.padTop, outHeight, filterHeight, strideHeight);
  const columns = extent(geometry.inWidth, geometry.padLeft, outWidth, filterWidth, strideWidth);
  return graph.add("ConvTranspose", [stacked, graph.constant("float32", [inChannels * places, 1, filterHeight, filterWidth], filters)], {
    kernel_shape: [filterHeight, filterWidth],
    group: inChannels,
    strides: [strideHeight, strideWidth],
    pads: [geometry.padTop, geometry.padLeft, rows.cut, columns.cut],
    output_padding: [rows.add, columns.add],
  });
}

/** As many cells as the windows see, so that a slice with the stride's step has one for each. */
function padLowest(graph: OnnxGraph, x: Value, geometry: WindowGeometry): Value {
  const { padTop, padLeft, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, inHeight, inWidth } = geometry;
  const bottom = Math.max(0, (outHeight - 1) * strideHeight + filterHeight - padTop - inHeight);
  const right = Math.max(0, (outWidth - 1) * strideWidth + filterWidth - padLeft - inWidth);
  if (padTop + padLeft + bottom + right === 0) return x;
  return graph.add("Pad", [x, graph.integers([0, 0, padTop, padLeft, 0, 0, bottom, right]), graph.float(lowest)]);
}

/** What windows that are put back leave over at the end (`cut`), or do not reach (`add`). */
function extent(size: number, before: number, windows: number, filter: number, stride: number): { cut: number; add: number } {
  const over = (windows - 1) * stride + filter - before - size;
  return { cut: Math.max(0, over), add: Math.max(0, -over) };
}
