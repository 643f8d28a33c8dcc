import type { WindowGeometry } from "../conv-geometry";
import { blockedDomain, type OnnxGraph, type Value } from "../onnx-graph";
import { beforeFirst } from "./conv-input-gradient";
import { windowAttributes } from "./pooling";

/*
 * Convolutions over maps whose channels lie in blocks, [N, C/b, H, W, b]: ONNX Runtime's fastest, which its optimiser
 * uses for constant filters only. The operations can be asked for by name, and a filter of this step be laid out by a
 * Transpose: 400-470 GFLOP/s on 2 cores with AVX-512, where Conv on plain maps reaches 300-390, the reordering of maps
 * included.
 */

/** Below that, laying the filter out takes longer than is won. Counted over the batch. */
const fewestPositions = 2048;

export function isBlockable(geometry: WindowGeometry, block: number): boolean {
  const { batch, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  return (
    block > 0 &&
    inChannels % block === 0 &&
    outChannels % block === 0 &&
    // One product for each cell: reordering the maps would take as long.
    filterHeight * filterWidth > 1 &&
    batch * outHeight * outWidth >= fewestPositions
  );
}

/** x NCHW, filter OIHW; gives NCHW. */
export function blockedForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth, dilationHeight, dilationWidth } = geometry;
  const blocks = graph.reshape(filter, [outChannels / block, block, inChannels / block, block, filterHeight, filterWidth]);
  const laidOut = graph.reshape(graph.transpose(blocks, [0, 2, 4, 5, 3, 1]), [outChannels, inChannels, filterHeight, filterWidth]);
  return convolve(graph, x, laidOut, outChannels, { ...windowAttributes(geometry), dilations: [dilationHeight, dilationWidth] });
}

/** dy NCHW, filter OIHW, stride 1; gives NCHW of the input's shape: a convolution by the filter turned around, its channels swapped. */
export function blockedInputGradient(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth, padTop, padLeft, padBottom, padRight } = geometry;
  const turned = graph.slice(filter, { starts: [-1, -1], ends: [beforeFirst, beforeFirst], axes: [2, 3], steps: [-1, -1] });
  const blocks = graph.reshape(turned, [outChannels / block, block, inChannels / block, block, filterHeight, filterWidth]);
  const laidOut = graph.reshape(graph.transpose(blocks, [2, 0, 4, 5, 1, 3]), [inChannels, outChannels, filterHeight, filterWidth]);
  return convolve(graph, dy, laidOut, inChannels, {
    kernel_shape: [filterHeight, filterWidth],
    strides: [1, 1],
    pads: [filterHeight - 1 - padTop, filterWidth - 1 - padLeft, filterHeight - 1 - padBottom, filterWidth - 1 - padRight],
    dilations: [1, 1],
  });
}

function convolve(graph: OnnxGraph, x: Value, filter: Value, channels: number, window: Parameters<OnnxGraph["add"]>[2]): Value {
  const ask = (type: string, inputs: Value[], attributes: Parameters<OnnxGraph["add"]>[2]) => graph.addMany(type, inputs, attributes ?? {}, 1, blockedDomain)[0]!;
  const map = ask("ReorderInput", [x], { channels_last: 0 });
  return ask("ReorderOutput", [ask("Conv", [map, filter], { ...window, group: 1 })], { channels, channels_last: 0 });
}
