import {
  backend_util,
  slice_util,
  util,
  type BatchToSpaceNDAttrs,
  type DepthToSpaceAttrs,
  type MirrorPadAttrs,
  type ReverseAttrs,
  type SpaceToBatchNDAttrs,
  type StridedSliceAttrs,
} from "@tensorflow/tfjs-core";
import { range, sizeOf } from "../shapes";
import { gathered, padded, reshaped, sliced, transposed } from "./compose";
import type { KernelTable } from "./table";

/** Which place of an axis each cell of a mirroring pad shows. */
function mirrored(extent: number, [before, after]: readonly [number, number], mode: MirrorPadAttrs["mode"]): number[] {
  const repeated = mode === "symmetric" ? 1 : 0; // whether the outermost cell itself is shown again
  const places = range(before + extent + after).map((cell) => cell - before);
  return places.map((place) => (place < 0 ? -place - repeated : place >= extent ? 2 * (extent - 1) - place + repeated : place));
}

/** Kernels that move values and compute nothing. */
export const rearrangingKernels: KernelTable = {
  StridedSlice: ({ x }, attributes, backend) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes as unknown as StridedSliceAttrs;
    const slice = slice_util.sliceInfo(x!.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
    if (sizeOf(slice.finalShape) === 0) return null;
    if (slice.isIdentity) return backend.share(x!, slice.finalShape);
    const size = slice_util.computeOutShape(slice.begin, slice.end, slice.strides);
    const node = backend.node(x!);
    const result = backend.record("StridedSlice", { begin: slice.begin, strides: slice.strides }, [node], size, node.dtype);
    return { ...result, shape: slice.finalShape };
  },
  Reverse: ({ x }, attributes, backend) => {
    const axes = util.parseAxisParam((attributes as unknown as ReverseAttrs).dims, x!.shape);
    if (x!.shape.length === 0) return backend.share(x!);
    const begin = x!.shape.map((_, axis) => (axes.includes(axis) ? -1 : 0));
    const strides = x!.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
    const node = backend.node(x!);
    return backend.record("StridedSlice", { begin, strides }, [node], node.shape, node.dtype);
  },
  MirrorPad: ({ x }, attributes, backend) => {
    const { paddings, mode } = attributes as unknown as MirrorPadAttrs;
    let node = backend.node(x!);
    paddings.forEach((cells, axis) => {
      if (cells[0] + cells[1] > 0) node = gathered(node, axis, mirrored(x!.shape[axis]!, cells, mode));
    });
    return backend.publish(node);
  },
  SpaceToBatchND: ({ x }, attributes, backend) => {
    const { blockShape, paddings } = attributes as unknown as SpaceToBatchNDAttrs;
    if (x!.dtype === "bool") return null; // ONNX Runtime pads numbers only
    const cells = x!.shape.map((_, axis) => (axis === 0 ? undefined : paddings[axis - 1]) ?? [0, 0]) as [number, number][];
    const spread = padded(backend.node(x!), cells, 0);
    const blocks = sizeOf(blockShape);
    const split = backend_util.getReshaped([...spread.shape], blockShape, blocks, false);
    const moved = transposed(reshaped(spread, split), backend_util.getPermuted(split.length, blockShape.length, false));
    return backend.publish(reshaped(moved, backend_util.getReshapedPermuted([...spread.shape], blockShape, blocks, false)));
  },
  BatchToSpaceND: ({ x }, attributes, backend) => {
    const { blockShape, crops } = attributes as unknown as BatchToSpaceNDAttrs;
    const blocks = sizeOf(blockShape);
    const split = backend_util.getReshaped(x!.shape, blockShape, blocks);
    const moved = transposed(reshaped(backend.node(x!), split), backend_util.getPermuted(split.length, blockShape.length));
    const whole = backend_util.getReshapedPermuted(x!.shape, blockShape, blocks);
    const cropped = backend_util.getSliceSize(whole, crops, blockShape.length);
    const size = whole.map((extent, axis) => cropped[axis] ?? extent);
    const begin = whole.map((_, axis) => (axis === 0 ? undefined : crops[axis - 1]?.[0]) ?? 0);
    return sizeOf(size) > 0 ? backend.publish(sliced(reshaped(moved, whole), begin, size)) : null;
  },
  DepthToSpace: ({ x }, attributes, backend) => {
    const { blockSize, dataFormat } = attributes as unknown as DepthToSpaceAttrs;
    if (dataFormat !== "NHWC" || x!.dtype !== "float32") return null;
    const [batch, height, width, depth] = x!.shape as [number, number, number, number];
    const split = reshaped(backend.node(x!), [batch, height, width, blockSize, blockSize, depth / blockSize ** 2]);
    const shape = [batch, height * blockSize, width * blockSize, depth / blockSize ** 2];
    return backend.publish(reshaped(transposed(split, [0, 1, 3, 2, 4, 5]), shape));
  },
};
