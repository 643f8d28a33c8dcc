import type { GraphNode } from "../graph-node";
import type { Attributes, OnnxGraph, Value } from "../onnx-graph";
import { range, sizeOf } from "../shapes";
import { cellsOf, readSides, tiles, unreachedSides, type SpatialGeometry } from "../spatial-geometry";
import type { Lowered, LoweringContext } from "./context";
import { input, type LoweringTable } from "./table";

type Spatial = "SpatialConv" | "SpatialConvInputGradient" | "SpatialConvFilterGradient" | "SpatialPool" | "SpatialMaxPoolGradient" | "AveragePoolGradient";

/*
 * Convolutions and poolings over any number of axes, of volumes mostly. Maps over two axes lie channels first in a
 * layout of their own; volumes are transposed here, and back.
 */
export const spatialLowerings: LoweringTable<Spatial> = {
  SpatialConv: (context, node) => {
    const { geometry } = node.attributes;
    const filter = outputsFirst(context, input(node, 1), geometry);
    return channelsLast(context, node, context.graph.add("Conv", [channelsFirst(context, input(node, 0)), filter], spatialAttributes(geometry)));
  },
  SpatialConvInputGradient: (context, node) => {
    const { geometry } = node.attributes;
    const filter = outputsFirst(context, input(node, 1), geometry);
    return channelsLast(context, node, transposedConv(context.graph, channelsFirst(context, input(node, 0)), filter, geometry, 1));
  },
  SpatialConvFilterGradient: (context, node) => {
    const { graph } = context;
    const { geometry } = node.attributes;
    const sides = range(geometry.inSides.length).map((axis) => axis + 2);
    // Batch and channels change places: dy is the filter, and its strides are distances within it.
    const swapped = [1, 0, ...sides];
    const x = croppedToRead(graph, graph.transpose(channelsFirst(context, input(node, 0)), swapped), geometry).value;
    const dy = graph.transpose(channelsFirst(context, input(node, 1)), swapped);
    const value = graph.add("Conv", [x, dy], {
      kernel_shape: geometry.outSides,
      dilations: geometry.strides,
      strides: geometry.dilations,
      pads: [...geometry.before, ...missingAfter(geometry)],
    });
    return { value: graph.transpose(value, [...sides, 0, 1]), layout: "logical" }; // [C, O, ...] → [..., C, O]
  },
  SpatialPool: (context, node) => {
    const { function: name, geometry } = node.attributes;
    const { dilations: _, ...attributes } = spatialAttributes(geometry);
    // Like TensorFlow.js, ONNX leaves padding out of an average's count unless asked.
    return channelsLast(context, node, context.graph.add(`${name}Pool`, [channelsFirst(context, input(node, 0))], attributes));
  },
  SpatialMaxPoolGradient: (context, node) => {
    const { graph } = context;
    const { dilations: _, ...attributes } = spatialAttributes(node.attributes.geometry);
    const [dy, x] = [channelsFirst(context, input(node, 0)), channelsFirst(context, input(node, 1))];
    // The indices count cells of the whole tensor: the gradient is one scatter, adding where windows overlap.
    const winners = graph.addMany("MaxPool", [x], attributes, 2)[1]!;
    const zeros = graph.add("ConstantOfShape", [graph.integers([sizeOf(node.shape)])]);
    const scattered = graph.add("ScatterElements", [zeros, graph.reshape(winners, [-1]), graph.reshape(dy, [-1])], { axis: 0, reduction: "add" });
    const { batch, inChannels, inSides } = node.attributes.geometry;
    return channelsLast(context, node, graph.reshape(scattered, [batch, inChannels, ...inSides]));
  },
  AveragePoolGradient: (context, node) => {
    const { graph } = context;
    const { geometry } = node.attributes;
    const share = graph.float(1 / cellsOf(geometry));
    const slopes = graph.add("Mul", [channelsFirst(context, input(node, 0)), share]);
    return channelsLast(context, node, tiles(geometry) ? repeated(graph, slopes, geometry) : summedOverWindows(graph, slopes, geometry));
  },
};

/** ConvTranspose, which is the gradient of Conv; x [N, O, ...], filter [O, C / group, ...] */
export function transposedConv(graph: OnnxGraph, x: Value, filter: Value, geometry: SpatialGeometry, group: number): Value {
  return graph.add("ConvTranspose", [x, filter], { ...spatialAttributes(geometry), output_padding: unreachedSides(geometry), group });
}

/** A value [A, B, ...] of the input's sides without the cells at its end that no window reads, and the sides that stay. */
export function croppedToRead(graph: OnnxGraph, value: Value, geometry: SpatialGeometry): { value: Value; kept: number[] } {
  const { inSides, before } = geometry;
  const kept = readSides(geometry).map((read, axis) => Math.min(inSides[axis]!, read - before[axis]!));
  if (kept.every((side, axis) => side === inSides[axis])) return { value, kept };
  const axes = range(kept.length).map((axis) => axis + 2);
  return { value: graph.slice(value, { starts: kept.map(() => 0), ends: kept, axes }), kept };
}

/** How many zeros windows read behind the input, on each axis. */
export function missingAfter(geometry: SpatialGeometry): number[] {
  return readSides(geometry).map((read, axis) => Math.max(0, read - geometry.inSides[axis]! - geometry.before[axis]!));
}

export function spatialAttributes({ filterSides, strides, dilations, before, after }: SpatialGeometry): Attributes {
  return { kernel_shape: filterSides, strides, dilations, pads: [...before, ...after] };
}

/** Every slope at all cells of its window; windows lie side by side. */
function repeated(graph: OnnxGraph, slopes: Value, { batch, inChannels, inSides, outSides, filterSides }: SpatialGeometry): Value {
  const single = outSides.flatMap((side) => [side, 1]);
  const whole = outSides.flatMap((side, axis) => [side, filterSides[axis]!]);
  const expanded = graph.add("Expand", [graph.reshape(slopes, [batch, inChannels, ...single]), graph.integers([batch, inChannels, ...whole])]);
  return graph.reshape(expanded, [batch, inChannels, ...inSides]);
}

/** At every cell the sum of the slopes of those windows that see it. */
function summedOverWindows(graph: OnnxGraph, slopes: Value, geometry: SpatialGeometry): Value {
  const { batch, inChannels, inSides, outSides, filterSides } = geometry;
  const ones = graph.constant("float32", [1, 1, ...filterSides], new Float32Array(cellsOf(geometry)).fill(1));
  const alone = graph.reshape(slopes, [batch * inChannels, 1, ...outSides]);
  return graph.reshape(transposedConv(graph, alone, ones, geometry, 1), [batch, inChannels, ...inSides]);
}

function channelsFirst(context: LoweringContext, node: GraphNode): Value {
  const rank = node.shape.length;
  return rank === 4 ? context.in("activation", node) : context.graph.transpose(context.logical(node), [0, rank - 1, ...range(rank - 2).map((axis) => axis + 1)]);
}

function channelsLast(context: LoweringContext, node: GraphNode, value: Value): Lowered {
  const rank = node.shape.length;
  if (rank === 4) return { value, layout: "activation" };
  return { value: context.graph.transpose(value, [0, ...range(rank - 2).map((axis) => axis + 2), 1]), layout: "logical" };
}

/** [..., C, O] → [O, C, ...] */
function outputsFirst(context: LoweringContext, filter: GraphNode, { filterSides }: SpatialGeometry): Value {
  const sides = filterSides.length;
  return context.graph.transpose(context.logical(filter), [sides + 1, sides, ...range(sides)]);
}
