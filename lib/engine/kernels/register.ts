import { getKernelsForBackend, registerKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType } from "../dtypes";
import { runOnHost } from "../fallback";
import { sizeOf } from "../shapes";
import { batchNormKernels } from "./batch-norm";
import { convolutionKernels } from "./convolution";
import { creationKernels } from "./creation";
import { depthwiseKernels } from "./depthwise";
import { elementwiseKernels } from "./elementwise";
import { indexingKernels } from "./indexing";
import { matMulKernels } from "./matmul";
import { poolingKernels } from "./pooling";
import { rearrangingKernels } from "./rearrange";
import { reductionKernels } from "./reductions";
import { resizingKernels } from "./resize";
import { scatteringKernels } from "./scatter";
import { shapeKernels } from "./shape";
import { listOf, type KernelTable } from "./table";
import { volumeKernels } from "./volume";

export const nativeKernels: KernelTable = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...matMulKernels,
  ...convolutionKernels,
  ...depthwiseKernels,
  ...volumeKernels,
  ...poolingKernels,
  ...shapeKernels,
  ...rearrangingKernels,
  ...scatteringKernels,
  ...resizingKernels,
  ...creationKernels,
  ...indexingKernels,
  ...batchNormKernels,
};

/** These look at no value, so that any type of any size will do. */
const sharing = new Set(["Identity", "Reshape", "ExpandDims"]);

/** Registers every kernel that TensorFlow.js' cpu backend has, natively where ONNX can express it. */
export function registerKernels(backendName: string): void {
  for (const { kernelName } of getKernelsForBackend("cpu")) {
    const native = nativeKernels[kernelName];
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const recording = backend as RecordingBackend;
        recording.flushIfLong();
        const expressible = native && (sharing.has(kernelName) || listOf(inputs).every(isExpressible));
        return (expressible ? native(inputs, attrs ?? {}, recording) : null) ?? runOnHost(kernelName, inputs, attrs ?? {}, recording);
      },
    });
  }
}

/** ONNX Runtime stumbles over tensors without elements here and there. Optional inputs may be missing. */
function isExpressible(input: TensorInfo | undefined | null): boolean {
  return !input || (isNativeType(input.dtype) && sizeOf(input.shape) > 0);
}
