import { GraphNode, type BinaryFunction, type UnaryFunction } from "../graph-node";
import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";
import { sizeOf } from "../shapes";
import type { Lowered, LoweringContext } from "./context";
import { input, type LoweringTable } from "./table";

/** Those which are one ONNX operation carry its name. */
const unary: Record<UnaryFunction, string | ((graph: OnnxGraph, x: Value) => Value)> = {
  Relu: "Relu",
  Relu6: (graph, x) => graph.add("Clip", [x, graph.float(0), graph.float(6)]),
  Elu: "Elu",
  Exp: "Exp",
  Log: "Log",
  Neg: "Neg",
  Sqrt: "Sqrt",
  Rsqrt: (graph, x) => graph.add("Reciprocal", [graph.add("Sqrt", [x])]),
  Square: (graph, x) => graph.add("Mul", [x, x]),
  Reciprocal: "Reciprocal",
  Abs: "Abs",
  Floor: "Floor",
  Ceil: "Ceil",
  Round: "Round",
  Sin: "Sin",
  Cos: "Cos",
  Tanh: "Tanh",
  Sigmoid: "Sigmoid",
  Not: "Not",
  IsNaN: "IsNaN",
};

const binary: Record<BinaryFunction, string | ((graph: OnnxGraph, a: Value, b: Value) => Value)> = {
  Add: "Add",
  Sub: "Sub",
  Mul: "Mul",
  Div: "Div",
  Max: "Max",
  Min: "Min",
  Pow: "Pow",
  SquaredDifference: (graph, a, b) => {
    const difference = graph.add("Sub", [a, b]);
    return graph.add("Mul", [difference, difference]);
  },
  Greater: "Greater",
  GreaterOrEqual: "GreaterOrEqual",
  Less: "Less",
  LessOrEqual: "LessOrEqual",
  Equal: "Equal",
  NotEqual: (graph, a, b) => graph.add("Not", [graph.add("Equal", [a, b])]),
  And: "And",
  Or: "Or",
};

type Elementwise = "Zero" | "Unary" | "LeakyRelu" | "Clip" | "Binary" | "Cast" | "Step" | "ReluGradient" | "Select";

export const elementwiseLowerings: LoweringTable<Elementwise> = {
  Zero: ({ graph }, { shape, dtype }) => {
    const zero = graph.constant(dtype, [], [0]);
    return { value: shape.length === 0 ? zero : graph.add("Expand", [zero, graph.integers(shape)]), layout: "logical" };
  },
  Unary: (context, node) => {
    const spelling = unary[node.attributes.function];
    return mapDense(context, node, (x) => (typeof spelling === "string" ? context.graph.add(spelling, [x]) : spelling(context.graph, x)));
  },
  LeakyRelu: (context, node) =>
    mapDense(context, node, (x) => context.graph.add("LeakyRelu", [x], { alpha: { float: node.attributes.alpha } })),
  Clip: (context, node) =>
    mapDense(context, node, (x) => context.graph.add("Clip", [x, context.graph.float(node.attributes.min), context.graph.float(node.attributes.max)])),
  Binary: (context, node) => {
    const repeated = broadcastResult(context, node);
    if (repeated) return { broadcastOf: repeated };
    const spelling = binary[node.attributes.function];
    const { values, layout } = context.operands(node.inputs, node.shape);
    const value = typeof spelling === "string" ? context.graph.add(spelling, values) : spelling(context.graph, values[0]!, values[1]!);
    return { value, layout };
  },
  Cast: (context, node) => mapDense(context, node, (x) => context.graph.add("Cast", [x], { to: onnxTypes[node.dtype] })),
  Step: (context, node) => {
    const { graph } = context;
    const { alpha } = node.attributes;
    return mapDense(context, node, (x) => {
      const positive = isPositive(graph, x);
      return alpha === 0 ? positive : graph.add("Add", [graph.add("Mul", [positive, graph.float(1 - alpha)]), graph.float(alpha)]);
    });
  },
  ReluGradient: (context, node) => {
    const { values, layout } = context.operands(node.inputs, node.shape);
    // Where would say it in one operation, and takes three times as long on large maps.
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

/** 1 or 0, float32. */
function isPositive(graph: OnnxGraph, x: Value): Value {
  return graph.add("Cast", [graph.add("Greater", [x, graph.float(0)])], { to: onnxTypes.float32 });
}
