import { backend_util, util, type CumsumAttrs, type EinsumAttrs, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType, type NativeType } from "../dtypes";
import { GraphNode, type ReduceFunction } from "../graph-node";
import { range } from "../shapes";
import { ensureSparseGradient } from "../gradients";
import { listOf, type KernelTable } from "./table";
import { isZero, zero } from "./zero";

type ReduceAttributes = { axis?: number | number[]; reductionIndices?: number | number[]; keepDims?: boolean };

function reduce(name: ReduceFunction, x: TensorInfo, attributes: NamedAttrMap, backend: RecordingBackend): TensorInfo | null {
  const { axis, reductionIndices, keepDims = false } = attributes as ReduceAttributes;
  if (!isNativeType(x.dtype)) return null;
  const axes = util.parseAxisParam(axis ?? reductionIndices ?? range(x.shape.length), x.shape).sort((a, b) => a - b);
  const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
  const dtype: NativeType = name === "Mean" ? "float32" : x.dtype === "bool" ? "int32" : x.dtype;
  if (axes.length === 0 && dtype === x.dtype) return backend.share(x);
  const node = backend.node(x);
  if (isZero(node)) return zero(backend, shape, dtype);
  // ONNX Runtime takes neither a sum of booleans nor a mean of integers.
  const source = dtype === x.dtype ? node : new GraphNode("Cast", null, [node], x.shape, dtype);
  if (axes.length === 0) return backend.publish(source);
  return backend.record("Reduce", { function: name, axes, keepDims }, [source], shape, dtype);
}

/** Whether all of them are true, or any: as integers, since ONNX Runtime reduces no booleans. */
function judge(name: "Min" | "Max", x: TensorInfo, attributes: NamedAttrMap, backend: RecordingBackend): TensorInfo | null {
  if (x.dtype !== "bool") return null;
  const integers = backend.record("Cast", null, [backend.node(x)], x.shape, "int32");
  const judged = reduce(name, integers, attributes, backend)!;
  const result = backend.record("Cast", null, [backend.node(judged)], judged.shape, "bool");
  for (const { dataId } of [integers, judged]) backend.disposeData(dataId);
  return result;
}

function cumulate(x: TensorInfo, attributes: NamedAttrMap, backend: RecordingBackend): TensorInfo | null {
  const { axis: given, exclusive, reverse } = attributes as unknown as CumsumAttrs;
  if (x.dtype !== "float32" && x.dtype !== "int32") return null;
  const axis = util.parseAxisParam(given, x.shape)[0]!;
  return backend.record("CumulativeSum", { axis, exclusive, reverse }, [backend.node(x)], x.shape, x.dtype);
}

export const reductionKernels: KernelTable = {
  All: ({ x }, attributes, backend) => judge("Min", x!, attributes, backend),
  Any: ({ x }, attributes, backend) => judge("Max", x!, attributes, backend),
  Cumsum: ({ x }, attributes, backend) => cumulate(x!, attributes, backend),
  Einsum: (inputs, attributes, backend) => {
    const operands = listOf(inputs);
    if (operands.some(({ dtype }) => dtype !== "float32")) return null;
    const { equation } = attributes as unknown as EinsumAttrs;
    const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, operands.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as Parameters<typeof backend_util.checkEinsumDimSizes>[2]);
    const extents = new Map(idDims.flatMap((axes, at) => axes.map((axis, place) => [allDims[axis]!, operands[at]!.shape[place]!] as const)));
    const shape = [...equation.replaceAll(" ", "").split("->")[1]!].map((letter) => extents.get(letter)!);
    return backend.record("Einsum", { equation }, operands.map((operand) => backend.node(operand)), shape, "float32");
  },
  Mean: ({ x }, attributes, backend) => {
    ensureSparseGradient("Mean");
    return reduce("Mean", x!, attributes, backend);
  },
  Sum: ({ x }, attributes, backend) => {
    ensureSparseGradient("Sum");
    return reduce("Sum", x!, attributes, backend);
  },
  Max: ({ x }, attributes, backend) => (x!.dtype === "bool" ? null : reduce("Max", x!, attributes, backend)),
  Min: ({ x }, attributes, backend) => (x!.dtype === "bool" ? null : reduce("Min", x!, attributes, backend)),
  Prod: ({ x }, attributes, backend) => (x!.dtype === "bool" ? null : reduce("Prod", x!, attributes, backend)),
};
