import {
  backend_util,
  type AvgPool3DAttrs,
  type AvgPool3DGradAttrs,
  type AvgPoolGradAttrs,
  type Conv3DAttrs,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropInputV2Attrs,
  type MaxPool3DAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { poolGeometry } from "../conv-geometry";
import { GraphNode } from "../graph-node";
import { sameShape } from "../shapes";
import { inShape, outShape, planeGeometry, readSides, trim, unreachedSides, volumeGeometry, type SpatialGeometry } from "../spatial-geometry";
import { padded, sliced } from "./compose";
import type { KernelTable } from "./table";

type Pooling = Pick<MaxPool3DAttrs, "filterSize" | "strides" | "pad" | "dimRoundingMode">;
type Five = [number, number, number, number, number];

function convGeometry(input: readonly number[], filter: readonly number[], strides: Conv3DAttrs["strides"], pad: Conv3DAttrs["pad"], dilations: Conv3DAttrs["dilations"] = 1): SpatialGeometry {
  return volumeGeometry(backend_util.computeConv3DInfo(input as Five, filter as Five, strides, dilations, pad));
}

function poolingGeometry(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: Pooling): SpatialGeometry {
  return volumeGeometry(backend_util.computePool3DInfo(x.shape as Five, filterSize, strides, 1, pad as "valid", dimRoundingMode));
}

/** ONNX Runtime wants every window to see some of the input, each pad smaller than the window, and no window to hang over. */
function isExpressible(x: TensorInfo, geometry: SpatialGeometry): boolean {
  const small = [...geometry.before.map((cells, axis) => cells < geometry.filterSides[axis]!), ...geometry.after.map((cells, axis) => cells < geometry.filterSides[axis]!)];
  return x.dtype === "float32" && small.every(Boolean) && unreachedSides(geometry).every((cells) => cells >= 0);
}

/** What windows may see of x. */
function trimmed(x: TensorInfo, geometry: SpatialGeometry, backend: RecordingBackend): { node: GraphNode; rest: SpatialGeometry } {
  const { cut, rest } = trim(geometry);
  return { node: sliced(backend.node(x), cut.map(([before]) => before), inShape(rest)), rest };
}

function pool(name: "Max" | "Average", x: TensorInfo, attributes: Pooling, backend: RecordingBackend): TensorInfo | null {
  const { node, rest } = trimmed(x, poolingGeometry(x, attributes), backend);
  if (!isExpressible(x, rest)) return null;
  return backend.record("SpatialPool", { function: name, geometry: rest }, [node], outShape(rest), "float32");
}

function averageGradient(dy: TensorInfo, geometry: SpatialGeometry, backend: RecordingBackend): TensorInfo | null {
  const { cut, rest } = trim(geometry);
  if (!isExpressible(dy, rest) || !sameShape(dy.shape, outShape(rest))) return null;
  const gradient = new GraphNode("AveragePoolGradient", { geometry: rest }, [backend.node(dy)], inShape(rest), "float32");
  return backend.publish(padded(gradient, cut, 0));
}

function turned(x: GraphNode): GraphNode {
  const inside = (axis: number) => axis > 0 && axis < x.shape.length - 1;
  const steps = x.shape.map((_, axis) => (inside(axis) ? -1 : 1));
  return new GraphNode("StridedSlice", { begin: steps.map((step) => Math.min(step, 0)), strides: steps }, [x], x.shape, x.dtype);
}

/**
 * Of equal cells in a volume's window TensorFlow.js takes the last, ONNX Runtime the first: so everything is turned
 * around. (Its cpu backend mistakes the place in windows of unequal sides; this follows the definition.)
 */
function maximumGradient(dy: TensorInfo, x: TensorInfo, attributes: Pooling, backend: RecordingBackend): TensorInfo | null {
  const { cut, rest } = trim(poolingGeometry(x, attributes));
  if (!isExpressible(x, rest) || !sameShape(dy.shape, outShape(rest))) return null;
  // Without what no window reads at the end, which would be the beginning.
  const read = readSides(rest).map((side, axis) => side - rest.before[axis]!);
  const inSides = rest.inSides.map((side, axis) => Math.min(side, read[axis]!));
  const geometry = { ...rest, inSides, before: read.map((side, axis) => side - inSides[axis]!), after: rest.before };
  const seen = sliced(backend.node(x), cut.map(([before]) => before), inShape(geometry));
  const gradient = turned(new GraphNode("SpatialMaxPoolGradient", { geometry }, [turned(backend.node(dy)), turned(seen)], inShape(geometry), "float32"));
  const around = cut.map(([before], axis) => [before, x.shape[axis]! - before - gradient.shape[axis]!] as const);
  return backend.publish(padded(gradient, around, 0));
}

/** Volumes [batch, depth, height, width, channels], and what flat maps share with them. */
export const volumeKernels: KernelTable = {
  Conv3D: ({ x, filter }, attributes, backend) => {
    const { strides, pad, dilations, dataFormat } = attributes as unknown as Conv3DAttrs;
    if (dataFormat !== "NDHWC" || x!.dtype !== "float32") return null;
    const { node, rest } = trimmed(x!, convGeometry(x!.shape, filter!.shape, strides, pad, dilations), backend);
    return backend.record("SpatialConv", { geometry: rest }, [node, backend.node(filter!)], outShape(rest), "float32");
  },
  Conv3DBackpropInputV2: ({ dy, filter }, attributes, backend) => {
    const { strides, pad, inputShape } = attributes as unknown as Conv3DBackpropInputV2Attrs;
    const { cut, rest } = trim(convGeometry(inputShape, filter!.shape, strides, pad));
    if (!sameShape(dy!.shape, outShape(rest)) || unreachedSides(rest).some((cells) => cells < 0)) return null;
    const gradient = new GraphNode("SpatialConvInputGradient", { geometry: rest }, [backend.node(dy!), backend.node(filter!)], inShape(rest), "float32");
    return backend.publish(padded(gradient, cut, 0));
  },
  Conv3DBackpropFilterV2: ({ x, dy }, attributes, backend) => {
    const { strides, pad, filterShape } = attributes as unknown as Conv3DBackpropFilterV2Attrs;
    const { node, rest } = trimmed(x!, convGeometry(x!.shape, filterShape, strides, pad), backend);
    if (!sameShape(dy!.shape, outShape(rest))) return null;
    return backend.record("SpatialConvFilterGradient", { geometry: rest }, [node, backend.node(dy!)], filterShape, "float32");
  },
  MaxPool3D: ({ x }, attributes, backend) => pool("Max", x!, attributes as unknown as MaxPool3DAttrs, backend),
  AvgPool3D: ({ x }, attributes, backend) => pool("Average", x!, attributes as unknown as AvgPool3DAttrs, backend),
  MaxPool3DGrad: ({ dy, input }, attributes, backend) => maximumGradient(dy!, input!, attributes as unknown as MaxPool3DAttrs, backend),
  AvgPool3DGrad: ({ dy, input }, attributes, backend) =>
    averageGradient(dy!, poolingGeometry(input!, attributes as unknown as AvgPool3DGradAttrs), backend),
  AvgPoolGrad: ({ dy, input }, attributes, backend) => {
    const { filterSize, strides, pad } = attributes as unknown as AvgPoolGradAttrs;
    return averageGradient(dy!, planeGeometry(poolGeometry(input!.shape, filterSize, strides, pad as Parameters<typeof poolGeometry>[3])), backend);
  },
};
