import { backend_util, type BatchMatMulAttrs, type TensorInfo, type _FusedMatMulAttrs } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import type { FusedActivation } from "../graph-node";
import { sizeOf } from "../shapes";
import type { KernelTable } from "./table";

type Product = { a: TensorInfo; b: TensorInfo; bias?: TensorInfo; transposeA: boolean; transposeB: boolean; activation: FusedActivation };

/** a [..., M, K] · b [..., K, N], either transposed; bias [N]. */
function product({ a, b, bias, transposeA, transposeB, activation }: Product, backend: RecordingBackend): TensorInfo | null {
  if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) return null;
  if (a.shape.at(transposeA ? -2 : -1) !== b.shape.at(transposeB ? -1 : -2)) return null;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flat = sizeOf(batch) === 1;
  if (bias && !flat) return null;
  const operands = [a, b].map((operand) => backend.node(flat ? { ...operand, shape: operand.shape.slice(-2) } : operand));
  if (bias) operands.push(backend.node(bias));
  const shape = flat ? [rows, columns] : [...batch, rows, columns];
  const result = backend.record("MatMul", { transposeA, transposeB, activation }, operands, shape, "float32");
  return { ...result, shape: [...batch, rows, columns] };
}

export const matMulKernels: KernelTable = {
  BatchMatMul: ({ a, b }, attributes, backend) => {
    const { transposeA, transposeB } = attributes as unknown as BatchMatMulAttrs;
    return product({ a: a!, b: b!, transposeA, transposeB, activation: "linear" }, backend);
  },
  _FusedMatMul: ({ a, b, bias, preluActivationWeights }, attributes, backend) => {
    const { transposeA, transposeB, activation } = attributes as unknown as _FusedMatMulAttrs;
    if (preluActivationWeights || !isFusedActivation(activation)) return null;
    return product({ a: a!, b: b!, bias, transposeA, transposeB, activation }, backend);
  },
};

export function isFusedActivation(activation: string): activation is FusedActivation {
  return activation === "linear" || activation === "relu" || activation === "sigmoid";
}
