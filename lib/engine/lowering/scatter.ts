import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";
import { range } from "../shapes";
import { withoutNegative } from "./indexing";
import { input, type LoweringTable } from "./table";

export const scatterLowerings: LoweringTable<"GatherNd" | "ScatterNd" | "SegmentSum"> = {
  GatherNd: (context, node) => {
    const indices = places(context.graph, context.logical(input(node, 1)));
    return { value: context.graph.add("GatherND", [context.logical(input(node, 0)), indices]), layout: "logical" };
  },
  ScatterNd: (context, node) => {
    const { graph } = context;
    const zeros = graph.add("Expand", [graph.constant(node.dtype, [], [0]), graph.integers(node.shape)]);
    const indices = places(graph, context.logical(input(node, 0)));
    return { value: graph.add("ScatterND", [zeros, indices, context.logical(input(node, 1))], { reduction: "add" }), layout: "logical" };
  },
  SegmentSum: (context, node) => {
    const { graph } = context;
    const [count, ...row] = node.shape as [number, ...number[]];
    // One segment more, for what belongs to none.
    const zeros = graph.add("Expand", [graph.float(0), graph.integers([count + 1, ...row])]);
    const ids = withoutNegative(graph, context.logical(input(node, 1)));
    const kept = graph.add("Min", [ids, graph.constant("int32", [], [count])]);
    const indices = graph.reshape(graph.add("Cast", [kept], { to: onnxTypes.int64 }), [input(node, 1).shape[0]!, 1]);
    const sums = graph.add("ScatterND", [zeros, indices, context.logical(input(node, 0))], { reduction: "add" });
    return { value: graph.slice(sums, { starts: [0], ends: [count], axes: range(1) }), layout: "logical" };
  },
};

/** As ONNX wants them, int64; a negative one fails. */
function places(graph: OnnxGraph, indices: Value): Value {
  return graph.add("Cast", [withoutNegative(graph, indices)], { to: onnxTypes.int64 });
}
