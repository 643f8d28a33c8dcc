import type { WindowGeometry } from "../conv-geometry";
import { blockedDomain, type Attributes, type OnnxGraph, type Value } from "../onnx-graph";
import { beforeFirst } from "./conv-input-gradient";
import { windowAttributes } from "./pooling";

/*
 * Convolutions over maps whose channels lie in blocks, [N, C/b, H, W, b]: ONNX Runtime's fastest, which its optimiser
 * uses for constant filters only. The operations can be asked for by name, and a filter of this step be laid out by a
 * Transpose: 400-470 GFLOP/s on 2 cores with AVX-512, where Conv on plain maps reaches 300-390, the reordering of maps
 * included.
 */

/** Below that, laying the filter out takes longer than is won. Counted over the batch. */
const fewestPositions = 1536;

/** Whether the forward pass goes this way. A map of fewer channels than a block is read as it lies. */
export function isBlockable(geometry: WindowGeometry, block: number): boolean {
  const { inChannels } = geometry;
  return isWorthIt(geometry, block) && (inChannels % block === 0 || inChannels < block);
}

/** Whether the input's gradient goes this way, as a convolution by the filter turned around. */
export function isGradientBlockable(geometry: WindowGeometry, block: number): boolean {
  return isWorthIt(geometry, block) && geometry.inChannels % block === 0 && positionsOf(geometry) >= fewestTurningPositions;
}

/** Turning a filter around takes longer than laying it out does. */
const fewestTurningPositions = 2048;

function isWorthIt(geometry: WindowGeometry, block: number): boolean {
  const { outChannels, filterHeight, filterWidth } = geometry;
  // With one product for each cell, reordering the maps would take as long.
  return block > 0 && outChannels % block === 0 && filterHeight * filterWidth > 1 && positionsOf(geometry) >= fewestPositions;
}

function positionsOf({ batch, outHeight, outWidth }: WindowGeometry): number {
  return batch * outHeight * outWidth;
}

/** x NCHW, filter OIHW; gives NCHW. */
export function blockedForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth, dilationHeight, dilationWidth } = geometry;
  const window = { ...windowAttributes(geometry), dilations: [dilationHeight, dilationWidth] };
  const plain = inChannels < block;
  const laidOut = plain
    ? graph.transpose(graph.reshape(filter, [outChannels / block, block, inChannels, filterHeight, filterWidth]), [0, 2, 3, 4, 1])
    : graph.transpose(graph.reshape(filter, [outChannels / block, block, inChannels / block, block, filterHeight, filterWidth]), [0, 2, 4, 5, 3, 1]);
  const weights = graph.reshape(laidOut, [outChannels, inChannels, filterHeight, filterWidth]);
  return convolve(graph, plain ? x : inBlocks(graph, x), weights, outChannels, window);
}

/** dy NCHW, filter OIHW, stride 1; gives NCHW of the input's shape: a convolution by the filter turned around, its channels swapped. */
export function blockedInputGradient(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth, padTop, padLeft, padBottom, padRight } = geometry;
  const turned = graph.slice(filter, { starts: [-1, -1], ends: [beforeFirst, beforeFirst], axes: [2, 3], steps: [-1, -1] });
  const blocks = graph.reshape(turned, [outChannels / block, block, inChannels / block, block, filterHeight, filterWidth]);
  const laidOut = graph.reshape(graph.transpose(blocks, [2, 0, 4, 5, 1, 3]), [inChannels, outChannels, filterHeight, filterWidth]);
  return convolve(graph, inBlocks(graph, dy), laidOut, inChannels, {
    kernel_shape: [filterHeight, filterWidth],
    strides: [1, 1],
    pads: [filterHeight - 1 - padTop, filterWidth - 1 - padLeft, filterHeight - 1 - padBottom, filterWidth - 1 - padRight],
    dilations: [1, 1],
  });
}

function inBlocks(graph: OnnxGraph, map: Value): Value {
  return ask(graph, "ReorderInput", [map], { channels_last: 0 });
}

/** @param map in blocks, or plain if it has fewer channels than one */
function convolve(graph: OnnxGraph, map: Value, filter: Value, channels: number, window: Attributes): Value {
  return ask(graph, "ReorderOutput", [ask(graph, "Conv", [map, filter], { ...window, group: 1 })], { channels, channels_last: 0 });
}

function ask(graph: OnnxGraph, type: string, inputs: Value[], attributes: Attributes): Value {
  return graph.addMany(type, inputs, attributes, 1, blockedDomain)[0]!;
}
