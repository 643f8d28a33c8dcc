import {
  backend_util,
  type DepthwiseConv2dNativeAttrs,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type FusedDepthwiseConv2DAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { depthwiseGeometry, type WindowGeometry } from "../conv-geometry";
import { GraphNode } from "../graph-node";
import { sameShape } from "../shapes";
import { planeGeometry, outShape, unreachedSides } from "../spatial-geometry";
import { activated, type Activation } from "./activation";
import { combined } from "./compose";
import type { KernelTable } from "./table";

type Windowing = Pick<DepthwiseConv2dNativeAttrs, "strides" | "pad" | "dimRoundingMode"> & Partial<Pick<DepthwiseConv2dNativeAttrs, "dilations" | "dataFormat">>;

function geometryOf(input: readonly number[], filter: readonly number[], { strides, dilations, pad, dimRoundingMode }: Windowing): WindowGeometry {
  return depthwiseGeometry(input, filter, strides, dilations ?? 1, pad as Parameters<typeof depthwiseGeometry>[4], dimRoundingMode);
}

/** Null where the fallback must speak: other orders of axes, and what it refuses. */
function convolved(x: TensorInfo, filter: TensorInfo, windowing: Windowing, backend: RecordingBackend): GraphNode | null {
  const { strides, dilations, dataFormat } = windowing;
  if (x.dtype !== "float32" || filter.dtype !== "float32" || (dataFormat && dataFormat !== "NHWC")) return null;
  if (!backend_util.eitherStridesOrDilationsAreOne(strides, dilations ?? 1) || x.shape[3] !== filter.shape[2]) return null;
  const geometry = geometryOf(x.shape, filter.shape, windowing);
  return new GraphNode("DepthwiseConv", { geometry }, [backend.node(x), backend.node(filter)], outShape(planeGeometry(geometry)), "float32");
}

function hasOutShape(dy: TensorInfo, geometry: WindowGeometry): boolean {
  return sameShape(dy.shape, outShape(planeGeometry(geometry)));
}

export const depthwiseKernels: KernelTable = {
  DepthwiseConv2dNative: ({ x, filter }, attributes, backend) => {
    const node = convolved(x!, filter!, attributes as unknown as DepthwiseConv2dNativeAttrs, backend);
    return node && backend.publish(node);
  },
  FusedDepthwiseConv2D: ({ x, filter, bias, preluActivationWeights }, attributes, backend) => {
    const { activation, leakyreluAlpha, ...windowing } = attributes as unknown as FusedDepthwiseConv2DAttrs & Partial<Activation>;
    const map = convolved(x!, filter!, windowing, backend);
    if (!map) return null;
    const shifted = bias ? combined("Add", map, backend.node(bias), map.shape) : map;
    const node = activated(shifted, { activation: activation ?? "linear", leakyreluAlpha, preluActivationWeights }, backend);
    return node && backend.publish(node);
  },
  DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes, backend) => {
    const { inputShape, ...windowing } = attributes as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
    const geometry = geometryOf(inputShape, filter!.shape, windowing);
    // Windows that hang over the padded input (a pad rounded up) have no ConvTranspose.
    if (!hasOutShape(dy!, geometry) || unreachedSides(planeGeometry(geometry)).some((cells) => cells < 0)) return null;
    return backend.record("DepthwiseInputGradient", { geometry }, [backend.node(dy!), backend.node(filter!)], inputShape, "float32");
  },
  DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes, backend) => {
    const { filterShape, ...windowing } = attributes as unknown as DepthwiseConv2dNativeBackpropFilterAttrs;
    const geometry = geometryOf(x!.shape, filterShape, windowing);
    if (!hasOutShape(dy!, geometry)) return null;
    return backend.record("DepthwiseFilterGradient", { geometry }, [backend.node(x!), backend.node(dy!)], filterShape, "float32");
  },
};
