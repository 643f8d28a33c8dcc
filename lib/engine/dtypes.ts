import type { DataType } from "@tensorflow/tfjs-core";

/** The types of element that travel to ONNX Runtime; strings and complex numbers stay with the fallback. */
export type NativeType = "float32" | "int32" | "bool";
export type NativeArray = Float32Array | Int32Array | Uint8Array;

const arrayTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

export function isNativeType(dtype: DataType): dtype is NativeType {
  return dtype in arrayTypes;
}

/** Zeroed. */
export function allocate(dtype: NativeType, length: number): NativeArray {
  return new arrayTypes[dtype](length);
}

export function arrayOf(dtype: NativeType, ...values: number[]): NativeArray {
  return arrayTypes[dtype].from(values);
}

export function bytesPerElement(dtype: NativeType): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}
