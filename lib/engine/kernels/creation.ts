import { util, type DataType, type FillAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType } from "../dtypes";
import { sizeOf, type Shape } from "../shapes";
import type { KernelTable } from "./table";

/** One value everywhere, not written out before somebody must have it so. */
function filled(shape: Shape, value: number, dtype: DataType, backend: RecordingBackend): TensorInfo | null {
  if (!isNativeType(dtype) || sizeOf(shape) === 0) return null;
  return backend.record("Expand", null, [backend.scalar(value, dtype)], shape, dtype);
}

export const creationKernels: KernelTable = {
  Fill: (_inputs, attributes, backend) => {
    const { shape, value, dtype } = attributes as unknown as FillAttrs;
    return typeof value === "number" ? filled(shape, value, dtype ?? util.inferDtype(value), backend) : null;
  },
  ZerosLike: ({ x }, _attributes, backend) => filled(x!.shape, 0, x!.dtype, backend),
  OnesLike: ({ x }, _attributes, backend) => filled(x!.shape, 1, x!.dtype, backend),
};
