import { backend_util, util, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType, type NativeType } from "../dtypes";
import { GraphNode, type ReduceFunction } from "../graph-node";
import { range } from "../shapes";
import { ensureSparseGradient } from "../gradients";
import type { KernelTable } from "./table";
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

export const reductionKernels: KernelTable = {
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
