import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  FusedConv2DAttrs,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { convGeometry, withZerosAround, type WindowGeometry } from "../conv-geometry";
import { GraphNode } from "../graph-node";
import { unreachedCells } from "../lowering/conv-input-gradient";
import { sameShape } from "../shapes";
import { activated, isFusedActivation, type Activation } from "./activation";
import type { KernelTable } from "./table";

type Windowing = Pick<Conv2DAttrs, "strides" | "pad" | "dataFormat" | "dimRoundingMode"> & { dilations?: Conv2DAttrs["dilations"] };
type Convolution = { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo } & Activation;

function convolve({ x, filter, bias, ...behind }: Convolution, windowing: Windowing, backend: RecordingBackend): TensorInfo | null {
  if (windowing.dataFormat !== "NHWC") return null;
  const { node, geometry } = absorbPad(backend.node(x), geometryOf(x.shape, filter.shape, windowing));
  const inputs = [node, backend.node(filter), ...(bias ? [backend.node(bias)] : [])];
  if (isFusedActivation(behind.activation)) {
    return backend.record("Conv", { geometry, activation: behind.activation }, inputs, outShape(geometry), "float32");
  }
  const linear = new GraphNode("Conv", { geometry, activation: "linear" }, inputs, outShape(geometry), "float32");
  const result = activated(linear, behind, backend);
  return result && backend.publish(result);
}

export const convolutionKernels: KernelTable = {
  Conv2D: ({ x, filter }, attributes, backend) =>
    convolve({ x: x!, filter: filter!, activation: "linear" }, attributes as unknown as Conv2DAttrs, backend),
  FusedConv2D: ({ x, filter, bias, preluActivationWeights }, attributes, backend) => {
    const { activation, leakyreluAlpha, ...windowing } = attributes as unknown as FusedConv2DAttrs;
    return convolve({ x: x!, filter: filter!, bias, activation, leakyreluAlpha, preluActivationWeights }, windowing, backend);
  },
  Conv2DBackpropInput: ({ dy, filter }, attributes, backend) => {
    const { inputShape, ...windowing } = attributes as unknown as Conv2DBackpropInputAttrs;
    const geometry = geometryOf(inputShape, filter!.shape, windowing);
    if (!sameShape(dy!.shape, outShape(geometry))) return null; // tf.conv2dTranspose takes any
    // Windows that hang over the padded input (a pad rounded up) have no ConvTranspose.
    if (windowing.dataFormat !== "NHWC" || unreachedCells(geometry).some((cells) => cells < 0)) return null;
    return backend.record("ConvInputGradient", { geometry }, [backend.node(dy!), backend.node(filter!)], inputShape, "float32");
  },
  Conv2DBackpropFilter: ({ x, dy }, attributes, backend) => {
    const { filterShape, ...windowing } = attributes as unknown as Conv2DBackpropFilterAttrs;
    if (windowing.dataFormat !== "NHWC") return null;
    const { node, geometry } = absorbPad(backend.node(x!), geometryOf(x!.shape, filterShape, windowing));
    if (!sameShape(dy!.shape, outShape(geometry))) return null;
    return backend.record("ConvFilterGradient", { geometry }, [node, backend.node(dy!)], filterShape, "float32");
  },
};

function outShape({ batch, outHeight, outWidth, outChannels }: WindowGeometry): number[] {
  return [batch, outHeight, outWidth, outChannels];
}

function geometryOf(input: readonly number[], filter: readonly number[], { strides, dilations, pad, dimRoundingMode }: Windowing): WindowGeometry {
  return convGeometry(input, filter, strides, dilations, pad as Parameters<typeof convGeometry>[4], dimRoundingMode);
}

/** Zeros that the program itself puts around a map become the convolution's own padding, as in torch's ResNets. */
function absorbPad(node: GraphNode, geometry: WindowGeometry): { node: GraphNode; geometry: WindowGeometry } {
  const padded = withZerosAround(node, geometry);
  return padded ? { node: node.inputs[0]!, geometry: padded } : { node, geometry };
}
