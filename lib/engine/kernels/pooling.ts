import type { AvgPoolAttrs, MaxPoolAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import { poolGeometry, withZerosAround, type WindowGeometry } from "../conv-geometry";
import { GraphNode, type UnaryFunction } from "../graph-node";
import { sameShape } from "../shapes";
import type { KernelTable } from "./table";

function geometryOf(x: TensorInfo, attributes: MaxPoolAttrs | AvgPoolAttrs): WindowGeometry {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return poolGeometry(x.shape, filterSize, strides, pad as Parameters<typeof poolGeometry>[3], dimRoundingMode);
}

function outShape({ batch, outHeight, outWidth, outChannels }: WindowGeometry): number[] {
  return [batch, outHeight, outWidth, outChannels];
}

export const poolingKernels: KernelTable = {
  MaxPool: ({ x }, attributes, backend) => {
    const { node, geometry } = absorbPad(backend.node(x!), geometryOf(x!, attributes as unknown as MaxPoolAttrs));
    return expressible(x!, geometry) ? backend.record("MaxPool", { geometry }, [node], outShape(geometry), "float32") : null;
  },
  MaxPoolGrad: ({ dy, input }, attributes, backend) => {
    const source = backend.node(input!);
    const { node, geometry } = absorbPad(source, geometryOf(input!, attributes as unknown as MaxPoolAttrs));
    if (!expressible(input!, geometry) || !sameShape(dy!.shape, outShape(geometry))) return null;
    const gradient = new GraphNode("MaxPoolGradient", { geometry }, [backend.node(dy!), node], node.shape, "float32");
    // Nothing flows to the zeros around the map.
    return backend.publish(node === source ? gradient : new GraphNode("Pad", (source as GraphNode<"Pad">).attributes, [gradient], source.shape, "float32"));
  },
  AvgPool: ({ x }, attributes, backend) => {
    const geometry = geometryOf(x!, attributes as unknown as AvgPoolAttrs);
    return expressible(x!, geometry) ? backend.record("AveragePool", { geometry }, [backend.node(x!)], outShape(geometry), "float32") : null;
  },
};

/** They give nothing below zero. */
const nonNegative = new Set<UnaryFunction>(["Relu", "Relu6", "Sigmoid", "Exp", "Square", "Abs"]);

/**
 * Zeros that the program puts around a map of nothing below zero, as torch's stem is written here, win no window that a
 * cell of the map does not win as well: the pooling can leave them out, as its own padding.
 */
function absorbPad(node: GraphNode, geometry: WindowGeometry): { node: GraphNode; geometry: WindowGeometry } {
  const map = node.inputs[0];
  const absorbs = node.is("Pad") && map?.is("Unary") && nonNegative.has(map.attributes.function);
  const padded = absorbs ? withZerosAround(node, geometry) : null;
  return padded && everyWindowSeesTheMap(padded) ? { node: map!, geometry: padded } : { node, geometry };
}

function everyWindowSeesTheMap({ padTop, padBottom, padLeft, padRight, filterHeight, filterWidth }: WindowGeometry): boolean {
  return Math.max(padTop, padBottom) < filterHeight && Math.max(padLeft, padRight) < filterWidth;
}

/** ONNX Runtime wants every window to see some of the input, and each pad smaller than the window. */
function expressible(x: TensorInfo, geometry: WindowGeometry): boolean {
  return x.dtype === "float32" && everyWindowSeesTheMap(geometry);
}
