import { backend_util, type BatchMatMulAttrs, type TensorInfo, type _FusedMatMulAttrs } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { GraphNode } from "../graph-node";
import { sizeOf } from "../shapes";
import { activated, isFusedActivation, type Activation } from "./activation";
import { combined } from "./compose";
import type { KernelTable } from "./table";

type Product = { a: TensorInfo; b: TensorInfo; bias?: TensorInfo; transposeA: boolean; transposeB: boolean } & Activation;

/** a [..., M, K] · b [..., K, N], either transposed; the bias broadcasts. */
function product({ a, b, bias, transposeA, transposeB, ...behind }: Product, backend: RecordingBackend): TensorInfo | null {
  if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) return null;
  if (a.shape.at(transposeA ? -2 : -1) !== b.shape.at(transposeB ? -1 : -2)) return null;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flat = sizeOf(batch) === 1;
  const seen = (operand: TensorInfo) => (flat ? { ...operand, shape: operand.shape.slice(-2) } : operand);
  const operands = [a, b].map((operand) => backend.node(seen(operand)));
  const shape = flat ? [rows, columns] : [...batch, rows, columns];
  // A product of matrices takes along what most layers add to it.
  const along = flat && isFusedActivation(behind.activation) ? behind.activation : null;
  if (bias && along) operands.push(backend.node(seen(bias)));
  let node: GraphNode | null = new GraphNode("MatMul", { transposeA, transposeB, activation: along ?? "linear" }, operands, shape, "float32");
  if (!along) {
    const slopes = behind.preluActivationWeights && seen(behind.preluActivationWeights);
    if (bias) node = combined("Add", node, backend.node(seen(bias)), shape);
    node = activated(node, { ...behind, preluActivationWeights: slopes }, backend);
  }
  return node && { ...backend.publish(node), shape: [...batch, rows, columns] };
}

export const matMulKernels: KernelTable = {
  BatchMatMul: ({ a, b }, attributes, backend) => {
    const { transposeA, transposeB } = attributes as unknown as BatchMatMulAttrs;
    return product({ a: a!, b: b!, transposeA, transposeB, activation: "linear" }, backend);
  },
  _FusedMatMul: ({ a, b, bias, preluActivationWeights }, attributes, backend) => {
    const { transposeA, transposeB, activation, leakyreluAlpha } = attributes as unknown as _FusedMatMulAttrs;
    return product({ a: a!, b: b!, bias, transposeA, transposeB, activation, leakyreluAlpha, preluActivationWeights }, backend);
  },
};
