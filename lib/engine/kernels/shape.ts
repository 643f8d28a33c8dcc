import {
  backend_util,
  slice_util,
  util,
  type ConcatAttrs,
  type ExpandDimsAttrs,
  type PackAttrs,
  type PadV2Attrs,
  type ReshapeAttrs,
  type SliceAttrs,
  type SplitVAttrs,
  type TensorInfo,
  type TileAttrs,
  type TransposeAttrs,
  type UnpackAttrs,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isUnpadded, withPadding } from "../conv-geometry";
import { isNativeType, type NativeType } from "../dtypes";
import { type GraphNode } from "../graph-node";
import { range, sameShape, sizeOf, type Shape } from "../shapes";
import { listOf, type KernelTable } from "./table";
import { isZero, zero } from "./zero";

function slice(x: TensorInfo, begin: Shape, size: Shape, backend: RecordingBackend): TensorInfo {
  if (sameShape(size, x.shape)) return backend.share(x);
  const node = backend.node(x);
  if (isZero(node)) return zero(backend, size, node.dtype);
  // Rows of values in memory are copied: recorded, every batch of a data set would be a graph of its own.
  const rowsOnly = size.every((extent, axis) => axis === 0 || extent === x.shape[axis]);
  return (
    (rowsOnly && backend.copyRows(node, begin[0]!, size)) ||
    unpadded(node, begin, size, backend) ||
    sliceOfInputGradient(node, begin, size, backend) ||
    backend.record("Slice", { begin, size }, [node], size, node.dtype)
  );
}

/** What is inside of a pad, if that is what is cut out of it. */
function unpadded(node: GraphNode, begin: Shape, size: Shape, backend: RecordingBackend): TensorInfo | null {
  if (!node.is("Pad") || !sameShape(node.inputs[0]!.shape, size)) return null;
  return node.attributes.paddings.every(([before], axis) => before === begin[axis]) ? backend.publish(node.inputs[0]!) : null;
}

/** The gradient of a padded convolution is cut out of the padded map's; the convolution can leave the border out itself. */
function sliceOfInputGradient(node: GraphNode, begin: Shape, size: Shape, backend: RecordingBackend): TensorInfo | null {
  if (!node.is("ConvInputGradient") || !isUnpadded(node.attributes.geometry)) return null;
  const [, top, left] = begin as [number, number, number, number];
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  if (size[0] !== batch || size[3] !== channels) return null;
  const pads = { padTop: top, padBottom: height - top - size[1]!, padLeft: left, padRight: width - left - size[2]! };
  const geometry = withPadding(node.attributes.geometry, pads);
  return backend.record("ConvInputGradient", { geometry }, node.inputs, size, "float32");
}

function concat(parts: readonly GraphNode[], axis: number, shape: Shape, backend: RecordingBackend): TensorInfo {
  return backend.record("Concat", { axis }, parts, shape, parts[0]!.dtype);
}

export const shapeKernels: KernelTable = {
  Identity: ({ x }, _attributes, backend) => backend.share(x!),
  Reshape: ({ x }, attributes, backend) => {
    const { shape } = attributes as unknown as ReshapeAttrs;
    return backend.share(x!, util.inferFromImplicitShape(shape, sizeOf(x!.shape)));
  },
  ExpandDims: ({ input }, attributes, backend) => {
    const { dim } = attributes as unknown as ExpandDimsAttrs;
    const shape = [...input!.shape];
    if (dim < -shape.length - 1) return null; // the fallback says what is wrong with it
    shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1);
    return backend.share(input!, shape);
  },
  PadV2: ({ x }, attributes, backend) => {
    const { paddings, constantValue } = attributes as unknown as PadV2Attrs;
    if (x!.dtype === "bool") return null;
    const shape = x!.shape.map((extent, axis) => extent + paddings[axis]![0] + paddings[axis]![1]);
    return backend.record("Pad", { paddings, value: constantValue }, [backend.node(x!)], shape, x!.dtype as NativeType);
  },
  Slice: ({ x }, attributes, backend) => {
    const { begin, size } = attributes as unknown as SliceAttrs;
    const [starts, sizes] = slice_util.parseSliceParams(x as Parameters<typeof slice_util.parseSliceParams>[0], begin, size);
    slice_util.assertParamsValid(x as Parameters<typeof slice_util.assertParamsValid>[0], starts!, sizes!);
    return sizeOf(sizes!) > 0 ? slice(x!, starts!, sizes!, backend) : null;
  },
  Transpose: ({ x }, attributes, backend) => {
    const { perm } = attributes as unknown as TransposeAttrs;
    const shape = perm.map((axis) => x!.shape[axis]!);
    return backend.record("Transpose", { permutation: perm }, [backend.node(x!)], shape, x!.dtype as NativeType);
  },
  Concat: (inputs, attributes, backend) => {
    const parts = listOf(inputs);
    const axis = util.parseAxisParam((attributes as unknown as ConcatAttrs).axis, parts[0]!.shape)[0]!;
    if (parts.length === 1) return backend.share(parts[0]!);
    const row = parts[0]!.shape.with(axis, 1);
    if (!parts.every((part) => part.dtype === parts[0]!.dtype && sameShape(part.shape.with(axis, 1), row))) return null;
    const shape = backend_util.computeOutShape(parts.map((part) => part.shape), axis);
    return concat(parts.map((part) => backend.node(part)), axis, shape, backend);
  },
  Tile: ({ x }, attributes, backend) => {
    const { reps } = attributes as unknown as TileAttrs;
    if (reps.length !== x!.shape.length) return null;
    const shape = x!.shape.map((extent, axis) => extent * reps[axis]!);
    const node = backend.node(x!);
    // tf.broadcastTo comes as a Tile of ones; as a broadcast it may never have to be written out.
    const broadcasts = reps.every((count, axis) => count === 1 || x!.shape[axis] === 1);
    return broadcasts
      ? backend.record("Expand", null, [node], shape, node.dtype)
      : backend.record("Tile", { repetitions: reps }, [node], shape, node.dtype);
  },
  Pack: (inputs, attributes, backend) => {
    const parts = listOf(inputs);
    const { shape: part, dtype } = parts[0]!;
    const { axis: given } = attributes as unknown as PackAttrs;
    const axis = given < 0 ? given + part.length + 1 : given;
    if (!isNativeType(dtype) || !parts.every((each) => each.dtype === dtype && sameShape(each.shape, part))) return null;
    const row = part.toSpliced(axis, 0, 1);
    const rows = parts.map((each) => backend.node({ ...each, shape: row }));
    return concat(rows, axis, row.with(axis, parts.length), backend);
  },
  Unpack: ({ value }, attributes, backend) => {
    const { axis: given } = attributes as unknown as UnpackAttrs;
    const axis = given < 0 ? given + value!.shape.length : given;
    const size = value!.shape.with(axis, 1);
    const shape = value!.shape.toSpliced(axis, 1);
    return range(value!.shape[axis]!).map((place) => {
      const row = slice(value!, value!.shape.map((_, each) => (each === axis ? place : 0)), size, backend);
      return { ...row, shape };
    });
  },
  SplitV: ({ x }, attributes, backend) => {
    const { numOrSizeSplits, axis: given } = attributes as unknown as SplitVAttrs;
    const axis = util.parseAxisParam(given, x!.shape)[0]!;
    const begin = x!.shape.map(() => 0);
    return backend_util.prepareSplitSize(x as Parameters<typeof backend_util.prepareSplitSize>[0], numOrSizeSplits, axis).map((extent) => {
      const part = slice(x!, [...begin], x!.shape.with(axis, extent), backend);
      begin[axis]! += extent;
      return part;
    });
  },
};
