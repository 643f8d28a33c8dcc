import type { WindowGeometry } from "../conv-geometry";
import type { GraphNode } from "../graph-node";
import type { OnnxGraph, Value } from "../onnx-graph";
import { planeGeometry, type SpatialGeometry } from "../spatial-geometry";
import type { LoweringContext } from "./context";
import { croppedToRead, missingAfter, spatialAttributes, transposedConv } from "./spatial";
import { input, type LoweringTable } from "./table";

/*
 * Convolutions of every channel alone are ONNX's with as many groups as channels: the filter of channel c and its
 * output m is row c M + m of [C M, 1, height, width].
 */
export const depthwiseLowerings: LoweringTable<"DepthwiseConv" | "DepthwiseInputGradient" | "DepthwiseFilterGradient"> = {
  DepthwiseConv: (context, node) => {
    const geometry = planeGeometry(node.attributes.geometry);
    const operands = [context.in("activation", input(node, 0)), grouped(context, input(node, 1))];
    const value = context.graph.add("Conv", operands, { ...spatialAttributes(geometry), group: geometry.inChannels });
    return { value, layout: "activation" };
  },
  DepthwiseInputGradient: (context, node) => {
    const { graph } = context;
    const { geometry } = node.attributes;
    const dy = context.in("activation", input(node, 0));
    const filter = grouped(context, input(node, 1));
    const value = canFlip(geometry)
      ? flippedConv(graph, dy, filter, geometry)
      : transposedConv(graph, dy, filter, planeGeometry(geometry), geometry.inChannels);
    return { value, layout: "activation" };
  },
  DepthwiseFilterGradient: (context, node) => {
    const { graph } = context;
    const geometry = planeGeometry(node.attributes.geometry);
    const { batch, inChannels, outChannels, filterSides } = geometry;
    // One picture whose channels are those of all pictures, in groups of one channel each, by "filters" that are dy.
    const pictures = croppedToRead(graph, graph.transpose(context.in("activation", input(node, 0)), [1, 0, 2, 3]), geometry);
    const slopes = graph.transpose(context.in("activation", input(node, 1)), [1, 0, 2, 3]);
    const kept = geometry.inSides.map((side, axis) => Math.min(side, pictures.kept[axis]!));
    const filters = graph.add("Conv", [graph.reshape(pictures.value, [1, inChannels * batch, ...kept]), slopes], {
      ...slopeAttributes(geometry),
      group: inChannels,
    });
    // [1, C M, height, width] → [height, width, C, M]
    const split = graph.reshape(filters, [inChannels, outChannels / inChannels, ...filterSides]);
    return { value: graph.transpose(split, [2, 3, 0, 1]), layout: "logical" };
  },
};

/** A convolution by the slopes: its window is as large as the result was, and strides become distances within it. */
function slopeAttributes(geometry: SpatialGeometry): Record<string, readonly number[]> {
  return {
    kernel_shape: geometry.outSides,
    dilations: geometry.strides,
    strides: geometry.dilations,
    pads: [...geometry.before, ...missingAfter(geometry)],
  };
}

/** [height, width, C, M] → [C M, 1, height, width] */
function grouped(context: LoweringContext, filter: GraphNode): Value {
  const [height, width, channels, each] = filter.shape as [number, number, number, number];
  return context.graph.reshape(context.graph.transpose(context.logical(filter), [2, 3, 0, 1]), [channels * each, 1, height, width]);
}

/** At stride 1 and one output for each channel the gradient is such a convolution too, by the filter turned around. */
function canFlip(geometry: WindowGeometry): boolean {
  const { inChannels, outChannels, strideHeight, strideWidth, dilationHeight, dilationWidth } = geometry;
  const { filterHeight, filterWidth, padTop, padBottom, padLeft, padRight } = geometry;
  const simple = [strideHeight, strideWidth, dilationHeight, dilationWidth].every((step) => step === 1) && inChannels === outChannels;
  return simple && Math.max(padTop, padBottom) < filterHeight && Math.max(padLeft, padRight) < filterWidth;
}

function flippedConv(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry): Value {
  const { inChannels, filterHeight, filterWidth, padTop, padBottom, padLeft, padRight } = geometry;
  const turned = graph.slice(filter, { starts: [-1, -1], ends: [-filterHeight - 1, -filterWidth - 1], axes: [2, 3], steps: [-1, -1] });
  return graph.add("Conv", [dy, turned], {
    kernel_shape: [filterHeight, filterWidth],
    pads: [filterHeight - 1 - padTop, filterWidth - 1 - padLeft, filterHeight - 1 - padBottom, filterWidth - 1 - padRight],
    group: inChannels,
  });
}
