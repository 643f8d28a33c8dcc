import type { AvgPoolAttrs, MaxPoolAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import { poolGeometry, type WindowGeometry } from "../conv-geometry";
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
    const geometry = geometryOf(x!, attributes as unknown as MaxPoolAttrs);
    return expressible(x!, geometry) ? backend.record("MaxPool", { geometry }, [backend.node(x!)], outShape(geometry), "float32") : null;
  },
  MaxPoolGrad: ({ dy, input }, attributes, backend) => {
    const geometry = geometryOf(input!, attributes as unknown as MaxPoolAttrs);
    if (!expressible(input!, geometry) || !sameShape(dy!.shape, outShape(geometry))) return null;
    return backend.record("MaxPoolGradient", { geometry }, [backend.node(dy!), backend.node(input!)], input!.shape, "float32");
  },
  AvgPool: ({ x }, attributes, backend) => {
    const geometry = geometryOf(x!, attributes as unknown as AvgPoolAttrs);
    return expressible(x!, geometry) ? backend.record("AveragePool", { geometry }, [backend.node(x!)], outShape(geometry), "float32") : null;
  },
};

/** ONNX Runtime wants every window to see some of the input, and each pad smaller than the window. */
function expressible(x: TensorInfo, geometry: WindowGeometry): boolean {
  const { filterHeight, filterWidth, padTop, padBottom, padLeft, padRight } = geometry;
  return x.dtype === "float32" && Math.max(padTop, padBottom) < filterHeight && Math.max(padLeft, padRight) < filterWidth;
}
