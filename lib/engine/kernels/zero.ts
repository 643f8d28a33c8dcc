import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import type { NativeType } from "../dtypes";
import type { GraphNode } from "../graph-node";
import type { Shape } from "../shapes";

/** A tensor that is zero by construction. What is multiplied by it leaves the graph. */
export function zero(backend: RecordingBackend, shape: Shape, dtype: NativeType): TensorInfo {
  return backend.record("Zero", null, [], shape, dtype);
}

export function isZero(node: GraphNode): boolean {
  return node.is("Zero") || ((node.is("Expand") || node.is("Reshape")) && isZero(node.inputs[0]!));
}
