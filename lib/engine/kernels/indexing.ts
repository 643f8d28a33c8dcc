import {
  util,
  type ArgMaxAttrs,
  type GatherV2Attrs,
  type OneHotAttrs,
  type SoftmaxAttrs,
  type TensorInfo,
  type TopKAttrs,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType } from "../dtypes";
import type { KernelTable } from "./table";

function argOf(operation: "ArgMax" | "ArgMin", x: TensorInfo, given: number, backend: RecordingBackend): TensorInfo | null {
  if (x.dtype !== "float32" && x.dtype !== "int32") return null;
  const axis = util.parseAxisParam(given, x.shape)[0]!;
  return backend.record(operation, { axis }, [backend.node(x)], x.shape.toSpliced(axis, 1), "int32");
}

export const indexingKernels: KernelTable = {
  ArgMax: ({ x }, attributes, backend) => argOf("ArgMax", x!, (attributes as unknown as ArgMaxAttrs).axis, backend),
  ArgMin: ({ x }, attributes, backend) => argOf("ArgMin", x!, (attributes as unknown as ArgMaxAttrs).axis, backend),
  GatherV2: ({ x, indices }, attributes, backend) => {
    const { axis: given, batchDims } = attributes as unknown as GatherV2Attrs;
    if (batchDims || indices!.dtype !== "int32" || !isNativeType(x!.dtype)) return null;
    const axis = util.parseAxisParam(given, x!.shape)[0]!;
    const [table, places] = [backend.node(x!), backend.node(indices!)];
    // Said at once where it can be known; what is yet to be computed fails when it is.
    if (places.storage?.values?.some((place) => place < 0 || place >= x!.shape[axis]!)) return null;
    const shape = x!.shape.toSpliced(axis, 1, ...indices!.shape);
    return backend.record("Gather", { axis }, [table, places], shape, x!.dtype);
  },
  TopK: ({ x }, attributes, backend) => {
    const { k } = attributes as unknown as TopKAttrs;
    if ((x!.dtype !== "float32" && x!.dtype !== "int32") || k === 0 || x!.shape.length === 0) return null;
    const shape = x!.shape.with(-1, k);
    const node = backend.node(x!);
    return [backend.record("TopK", { of: "values" }, [node], shape, node.dtype), backend.record("TopK", { of: "indices" }, [node], shape, "int32")];
  },
  OneHot: ({ indices }, attributes, backend) => {
    const { depth, onValue, offValue, dtype } = attributes as unknown as OneHotAttrs;
    if (indices!.dtype !== "int32" || (dtype !== "float32" && dtype !== "int32")) return null;
    return backend.record("OneHot", { depth, on: onValue, off: offValue }, [backend.node(indices!)], [...indices!.shape, depth], dtype);
  },
  Softmax: ({ logits }, attributes, backend) => {
    const { dim } = attributes as unknown as SoftmaxAttrs;
    if (logits!.dtype !== "float32" || dim !== logits!.shape.length - 1) return null;
    return backend.record("Softmax", null, [backend.node(logits!)], logits!.shape, "float32");
  },
};
