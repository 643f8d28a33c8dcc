import { onnxTypes } from "../onnx-graph";
import { range } from "../shapes";
import { input, type LoweringTable } from "./table";

export const indexingLowerings: LoweringTable<"ArgMax" | "ArgMin" | "Gather" | "OneHot" | "Softmax"> = {
  ArgMax: (context, node) => ({ value: argOf("ArgMax", context, node), layout: "logical" }),
  ArgMin: (context, node) => ({ value: argOf("ArgMin", context, node), layout: "logical" }),
  Gather: (context, node) => {
    const [table, indices] = [context.logical(input(node, 0)), context.logical(input(node, 1))];
    return { value: context.graph.add("Gather", [table, indices], { axis: node.attributes.axis }), layout: "logical" };
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

/** int32 as TensorFlow.js counts; ONNX counts in int64. */
function argOf(
  type: "ArgMax" | "ArgMin",
  context: Parameters<(typeof indexingLowerings)["ArgMax"]>[0],
  node: { inputs: Parameters<typeof input>[0]["inputs"]; attributes: { axis: number } },
): string {
  const index = context.graph.add(type, [context.logical(node.inputs[0]!)], { axis: node.attributes.axis, keepdims: 0 });
  return context.graph.add("Cast", [index], { to: onnxTypes.int32 });
}
