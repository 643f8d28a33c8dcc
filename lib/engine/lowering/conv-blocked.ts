import type { WindowGeometry } from "../conv-geometry";
import { blockedDomain, type Attributes, type OnnxGraph, type Value } from "../onnx-graph";
import { range } from "../shapes";
import { windowAttributes } from "./pooling";

/*
 * Convolutions over maps whose channels lie in blocks, [N, C/b, H, W, b]: ONNX Runtime's fastest, which its optimiser
 * uses for constant filters only. The operations can be asked for by name, and a filter of this step be laid out by a
 * Transpose: 400-470 GFLOP/s on 2 cores with AVX-512, where Conv on plain maps reaches 300-390, the reordering of maps
 * included.
 */

/** With fewer, counted over the batch, laying the filter out takes longer than is won; turning it around is quicker. */
const fewestPositions = 1024;
const fewestTurnedPositions = 384;

/** Whether the forward pass goes this way. A map of fewer channels than a block is read as it lies. */
export function isBlockable(geometry: WindowGeometry, block: number): boolean {
  return isWorthIt(geometry, block, fewestPositions) && (geometry.inChannels % block === 0 || geometry.inChannels < block);
}

/** Whether the input's gradient goes this way, as a convolution by the filter turned around. */
export function isGradientBlockable(geometry: WindowGeometry, block: number): boolean {
  return isWorthIt(geometry, block, fewestTurnedPositions) && geometry.inChannels % block === 0;
}

function isWorthIt({ batch, outChannels, outHeight, outWidth, filterHeight, filterWidth }: WindowGeometry, block: number, fewest: number): boolean {
  // With one product for each cell, reordering the maps would take as long.
  return block > 0 && outChannels % block === 0 && filterHeight * filterWidth > 1 && batch * outHeight * outWidth >= fewest;
}

/** x NCHW, filter OIHW; gives NCHW. */
export function blockedForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, dilationHeight, dilationWidth } = geometry;
  const window = { ...windowAttributes(geometry), dilations: [dilationHeight, dilationWidth] };
  return inChannels < block
    ? convolve(graph, x, layOutPlain(graph, filter, geometry, block), outChannels, window)
    : convolve(graph, inBlocks(graph, x), layOut(graph, filter, geometry, block), outChannels, window);
}

/** dy NCHW, filter OIHW, stride 1; gives NCHW of the input's shape: a convolution by the filter turned around, its channels swapped. */
export function blockedInputGradient(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, filterHeight, filterWidth, padTop, padLeft, padBottom, padRight } = geometry;
  return convolve(graph, inBlocks(graph, dy), layOutTurned(graph, filter, geometry, block), inChannels, {
    kernel_shape: [filterHeight, filterWidth],
    strides: [1, 1],
    pads: [filterHeight - 1 - padTop, filterWidth - 1 - padLeft, filterHeight - 1 - padBottom, filterWidth - 1 - padRight],
    dilations: [1, 1],
  });
}

/*
 * A filter OIHW is laid out by steps that ONNX Runtime does quickly: one axis moved at a time, or whole blocks. A single
 * Transpose of six axes goes value by value and takes four to ten times as long. b is the block, k the filter's cells.
 */

/** → [O/b, I/b, k, b of I, b of O] */
function layOut(graph: OnnxGraph, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth } = geometry;
  const cells = filterHeight * filterWidth;
  const perBlock = graph.reshape(cellsFirst(graph, filter, geometry), [(cells * outChannels) / block, block, inChannels]);
  const swapped = graph.reshape(graph.transpose(perBlock, [0, 2, 1]), [cells, outChannels / block, inChannels / block, block * block]);
  return graph.reshape(graph.transpose(swapped, [1, 2, 0, 3]), [outChannels, inChannels, filterHeight, filterWidth]);
}

/** → [O/b, I, k, b of O], for fewer input channels than a block */
function layOutPlain(graph: OnnxGraph, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth } = geometry;
  const perBlock = graph.reshape(filter, [outChannels / block, block, inChannels * filterHeight * filterWidth]);
  return graph.reshape(graph.transpose(perBlock, [0, 2, 1]), [outChannels, inChannels, filterHeight, filterWidth]);
}

/** Inputs and outputs swapped, cells from last to first: → [I/b, O/b, k, b of O, b of I] */
function layOutTurned(graph: OnnxGraph, filter: Value, geometry: WindowGeometry, block: number): Value {
  const { inChannels, outChannels, filterHeight, filterWidth } = geometry;
  const cells = filterHeight * filterWidth;
  const lastFirst = graph.constant("int64", [cells], range(cells).reverse());
  const turned = graph.add("Gather", [cellsFirst(graph, filter, geometry), lastFirst], { axis: 0 });
  const blocks = graph.reshape(turned, [cells, outChannels / block, block, inChannels / block, block]);
  return graph.reshape(graph.transpose(blocks, [3, 1, 0, 2, 4]), [inChannels, outChannels, filterHeight, filterWidth]);
}

/** → [k, O I]; both directions ask for the same, which the graph then holds once. */
function cellsFirst(graph: OnnxGraph, filter: Value, { inChannels, outChannels, filterHeight, filterWidth }: WindowGeometry): Value {
  return graph.transpose(graph.reshape(filter, [outChannels * inChannels, filterHeight * filterWidth]), [1, 0]);
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
