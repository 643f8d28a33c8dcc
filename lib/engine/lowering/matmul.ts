import type { FusedActivation } from "../graph-node";
import type { OnnxGraph, Value } from "../onnx-graph";
import { input, type LoweringTable } from "./table";
import { sigmoid } from "./unary-functions";

export const matMulLowerings: LoweringTable<"MatMul"> = {
  MatMul: (context, node) => {
    const { graph } = context;
    const { transposeA, transposeB, activation } = node.attributes;
    const operands = node.inputs.map((operand) => context.logical(operand));
    const flags = { transA: Number(transposeA), transB: Number(transposeB) };
    const flat = input(node, 0).shape.length === 2 && input(node, 1).shape.length === 2;
    // ONNX's own MatMul cannot transpose; Gemm can, but takes no batches.
    const product = flat ? graph.add("Gemm", operands, flags) : graph.addContrib("FusedMatMul", operands, flags);
    return { value: activate(graph, product, activation), layout: "logical" };
  },
};

export function activate(graph: OnnxGraph, value: Value, activation: FusedActivation): Value {
  if (activation === "linear") return value;
  return activation === "relu" ? graph.add("Relu", [value]) : sigmoid(graph, value);
}
