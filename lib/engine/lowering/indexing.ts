import type { GraphNode } from "../graph-node";
import { arrange } from "../layout";
import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";
import { range } from "../shapes";
import type { LoweringContext } from "./context";
import { input, type LoweringTable } from "./table";

export const indexingLowerings: LoweringTable<"ArgMax" | "ArgMin" | "Gather" | "TopK" | "OneHot" | "Softmax"> = {
  ArgMax: (context, node) => ({ value: argOf("ArgMax", context, node), layout: "logical" }),
  ArgMin: (context, node) => ({ value: argOf("ArgMin", context, node), layout: "logical" }),
  Gather: (context, node) => {
    const { graph } = context;
    const indices = withoutNegative(graph, context.logical(input(node, 1)));
    const { axis } = node.attributes;
    // A list of places leaves the other axes where they lie.
    const { value, layout } = input(node, 1).shape.length === 1 ? context.dense(input(node, 0)) : { value: context.logical(input(node, 0)), layout: "logical" as const };
    return { value: graph.add("Gather", [value, indices], { axis: arrange(range(input(node, 0).shape.length), layout).indexOf(axis) }), layout };
  },
  TopK: (context, node) => {
    const { graph } = context;
    const [values, indices] = graph.addMany("TopK", [context.logical(input(node, 0)), graph.integers([node.shape.at(-1)!])], {}, 2);
    const wanted = node.attributes.of === "values" ? values! : graph.add("Cast", [indices!], { to: onnxTypes.int32 });
    return { value: wanted, layout: "logical" };
  },
  OneHot: (context, node) => {
    const { graph } = context;
    const { depth, on, off } = node.attributes;
    const indices = graph.reshape(context.logical(input(node, 0)), [...input(node, 0).shape, 1]);
    const hot = graph.add("Equal", [indices, graph.constant("int32", [depth], range(depth))]);
    const value = graph.add("Where", [hot, graph.constant(node.dtype, [], [on]), graph.constant(node.dtype, [], [off])]);
    return { value, layout: "logical" };
  },
  Softmax: (context, node) => ({
    value: context.graph.add("Softmax", [context.logical(input(node, 0))], { axis: node.shape.length - 1 }),
    layout: "logical",
  }),
};

/** ONNX counts negative indices from the end; TensorFlow.js refuses them, as ONNX Runtime does what is far too large. */
export function withoutNegative(graph: OnnxGraph, indices: Value): Value {
  const none = graph.constant("int32", [], [2 ** 31 - 1]);
  return graph.add("Where", [graph.add("Less", [indices, graph.constant("int32", [], [0])]), none, indices]);
}

/** int32 as TensorFlow.js counts; ONNX counts in int64. */
function argOf(type: "ArgMax" | "ArgMin", context: LoweringContext, node: GraphNode<"ArgMax" | "ArgMin">): Value {
  const { graph } = context;
  const { axis } = node.attributes;
  const source = input(node, 0);
  let x = context.logical(source);
  if (source.dtype === "float32") {
    // Nothing is above or below NaN: one that comes first stays first, all others are passed over.
    const [winner, loser] = type === "ArgMax" ? [Infinity, -Infinity] : [-Infinity, Infinity];
    const extent = source.shape[axis]!;
    const instead = range(extent).map((place) => (place === 0 ? winner : loser));
    const along = source.shape.slice(axis).map((_, place) => (place === 0 ? extent : 1));
    x = graph.add("Where", [graph.add("IsNaN", [x]), graph.constant("float32", along, instead), x]);
  }
  return graph.add("Cast", [graph.add(type, [x], { axis, keepdims: 0 })], { to: onnxTypes.int32 });
}
