import { GraphNode } from "../graph-node";
import type { OnnxGraph, Value } from "../onnx-graph";
import { sizeOf } from "../shapes";
import { binary } from "./binary-functions";
import { cast } from "./cast";
import type { Lowered, LoweringContext } from "./context";
import { input, type LoweringTable } from "./table";
import { unary } from "./unary-functions";

type Elementwise = "Zero" | "Unary" | "LeakyRelu" | "Clip" | "Binary" | "Cast" | "Step" | "ReluGradient" | "Select";

export const elementwiseLowerings: LoweringTable<Elementwise> = {
  Zero: ({ graph }, { shape, dtype }) => {
    const zero = graph.constant(dtype, [], [0]);
    return { value: shape.length === 0 ? zero : graph.add("Expand", [zero, graph.integers(shape)]), layout: "logical" };
  },
  Unary: (context, node) => mapDense(context, node, (x) => unary(context.graph, node.attributes.function, x)),
  LeakyRelu: (context, node) =>
    mapDense(context, node, (x) => context.graph.add("LeakyRelu", [x], { alpha: { float: node.attributes.alpha } })),
  Clip: (context, node) =>
    mapDense(context, node, (x) => context.graph.add("Clip", [x, context.graph.float(node.attributes.min), context.graph.float(node.attributes.max)])),
  Binary: (context, node) => {
    const repeated = broadcastResult(context, node);
    if (repeated) return { broadcastOf: repeated };
    const { values, layout } = context.operands(node.inputs, node.shape);
    return { value: binary(context.graph, node.attributes.function, values[0]!, values[1]!, input(node, 0).dtype), layout };
  },
  Cast: (context, node) => mapDense(context, node, (x) => cast(context.graph, x, input(node, 0).dtype, node.dtype)),
  Step: (context, node) => {
    const { graph } = context;
    const { alpha } = node.attributes;
    return mapDense(context, node, (x) => {
      // Scaled first, or the smallest subnormal numbers would not reach 1.
      const positive = isPositive(graph, graph.add("Mul", [x, graph.float(2 ** 127)]));
      return alpha === 0 ? positive : graph.add("Add", [graph.add("Mul", [positive, graph.float(1 - alpha)]), graph.float(alpha)]);
    });
  },
  ReluGradient: (context, node) => {
    const { values, layout } = context.operands(node.inputs, node.shape);
    // Where would say it in one operation, and takes twice as long on large maps.
    return { value: context.graph.add("Mul", [values[0]!, isPositive(context.graph, values[1]!)]), layout };
  },
  Select: (context, node) => {
    const { values, layout } = context.operands(node.inputs, node.shape);
    return { value: context.graph.add("Where", values), layout };
  },
};

/** For two single values repeated (a momentum of zeros times its factor): the operation on the values, to be repeated. */
function broadcastResult(context: LoweringContext, node: GraphNode<"Binary">): GraphNode | null {
  const sources = node.inputs.map((operand) => context.broadcastSource(operand));
  if (sources.every((source, place) => source === node.inputs[place]) || sources.some((source) => sizeOf(source.shape) > 1)) return null;
  const shape = sources.reduce((longest, source) => (source.shape.length > longest.length ? source.shape : longest), sources[0]!.shape);
  const single = new GraphNode("Binary", node.attributes, sources, shape, node.dtype);
  context.define(single, elementwiseLowerings.Binary(context, single));
  return single;
}

/** An operation that sees every element alone keeps whatever layout its input has. */
function mapDense(context: LoweringContext, node: GraphNode, build: (x: Value) => Value): Lowered {
  const { value, layout } = context.dense(input(node, 0));
  return { value: build(value), layout };
}

/** the largest float32 */
const steepest = 3.4028234663852886e38;

/**
 * 1 or 0, float32, and NaN for NaN. A ramp of the steepest slope, in one pass: comparing and casting takes two and 1.4
 * times as long, and hides a NaN. Numbers below 3e-39, far below what float32 holds with all its digits, are on the ramp.
 */
function isPositive(graph: OnnxGraph, x: Value): Value {
  return graph.add("HardSigmoid", [x], { alpha: { float: steepest }, beta: { float: 0 } });
}
