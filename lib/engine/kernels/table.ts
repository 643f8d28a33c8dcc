import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";

/** Null hands the call to the fallback: this combination of types or attributes has no ONNX equivalent. */
export type NativeResult = TensorInfo | TensorInfo[] | null;
export type NativeKernel = (inputs: NamedTensorInfoMap, attributes: NamedAttrMap, backend: RecordingBackend) => NativeResult;
/** By TensorFlow.js' names of kernels. */
export type KernelTable = Record<string, NativeKernel>;

/** The inputs of a kernel that takes a list of them. */
export function listOf(inputs: NamedTensorInfoMap): TensorInfo[] {
  return Object.values(inputs) as TensorInfo[];
}
