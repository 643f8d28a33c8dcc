import { backend_util, type ScatterNdAttrs, type UnsortedSegmentSumAttrs } from "@tensorflow/tfjs-core";
import type { GraphNode } from "../graph-node";
import { isNativeType } from "../dtypes";
import { sameShape, sizeOf, type Shape } from "../shapes";
import type { KernelTable } from "./table";

/** Whether indices [..., K] are known already, and some lie outside of a table's first K axes. */
function miss(indices: GraphNode, table: Shape): boolean {
  const axes = indices.shape.at(-1)!;
  return indices.storage?.values?.some((place, at) => place < 0 || place >= table[at % axes]!) ?? false;
}

/** Reading and adding at places that are data themselves. */
export const scatteringKernels: KernelTable = {
  GatherNd: ({ params, indices }, _attributes, backend) => {
    const [table, places] = [params!, backend.node(indices!)];
    if (!isNativeType(table.dtype) || places.dtype !== "int32" || miss(places, table.shape)) return null;
    const [shape] = backend_util.prepareAndValidate(table as Parameters<typeof backend_util.prepareAndValidate>[0], indices as never);
    return backend.record("GatherNd", null, [backend.node(table), places], shape, table.dtype);
  },
  ScatterNd: ({ indices, updates }, attributes, backend) => {
    const { shape } = attributes as unknown as ScatterNdAttrs;
    const places = backend.node(indices!);
    if (sizeOf(shape) === 0 || places.dtype !== "int32" || updates!.dtype === "bool" || miss(places, shape)) return null;
    // TensorFlow.js also takes updates in shapes that ONNX does not.
    const axes = indices!.shape.at(-1)!;
    if (indices!.shape.length < 2 || !sameShape(updates!.shape, [...indices!.shape.slice(0, -1), ...shape.slice(axes)])) return null;
    const node = backend.node(updates!);
    return backend.record("ScatterNd", null, [places, node], shape, node.dtype);
  },
  UnsortedSegmentSum: ({ x, segmentIds }, attributes, backend) => {
    const { numSegments } = attributes as unknown as UnsortedSegmentSumAttrs;
    if (x!.dtype !== "float32" || segmentIds!.dtype !== "int32" || segmentIds!.shape.length !== 1 || numSegments === 0) return null;
    return backend.record("SegmentSum", null, [backend.node(x!), backend.node(segmentIds!)], [numSegments, ...x!.shape.slice(1)], "float32");
  },
};
