import { engine, getGradient, registerGradient, sum, type FusedBatchNormAttrs, type GradConfig, type Tensor } from "@tensorflow/tfjs-core";
import { RecordingBackend } from "./backend";
import { hasBatchMoments } from "./batch-moments";
import type { OperationAttributes } from "./graph-node";
import { zero } from "./kernels/zero";
import { range } from "./shapes";

let own: GradConfig | undefined;

/**
 * TensorFlow.js differentiates BatchNorm by a dozen passes over the map, and then the moments it was given, by a
 * dozen more. This records the whole as one operation. Importing tfjs-layers registers all gradients anew, at any time:
 * so the engine asks for its own whenever the kernel runs.
 */
export function ensureBatchNormGradient(): void {
  const current = getGradient("FusedBatchNorm");
  if (current === undefined || current === own) return;
  own = {
    ...current,
    gradFunc: (dy, saved, attributes) => {
      const { backend, state } = engine();
      const [x, mean, variance, scale] = saved as [Tensor, Tensor, Tensor, Tensor];
      // What is recorded here is not on the tape: a gradient of the gradient needs the long way.
      if (!(backend instanceof RecordingBackend) || mean.rank !== 1 || state.gradientDepth > 0) {
        return current.gradFunc(dy, saved, attributes);
      }
      const { varianceEpsilon: epsilon } = attributes as unknown as FusedBatchNormAttrs;
      const batchMoments = hasBatchMoments(attributes);
      const inputs = [dy as Tensor, x, mean, variance, scale];
      const gradient = (of: OperationAttributes["BatchNormGradient"]["of"], shape: number[]) => () => {
        const nodes = inputs.map((input) => backend.node(input));
        return publish(backend.record("BatchNormGradient", { of, epsilon, scale: true, batchMoments }, nodes, shape, "float32"));
      };
      // The gradient for x covers the moments' share already.
      const moment = (of: "mean" | "variance") => (batchMoments ? () => publish(zero(backend, mean.shape, "float32")) : gradient(of, mean.shape));
      return {
        x: gradient("x", x.shape),
        mean: moment("mean"),
        variance: moment("variance"),
        scale: gradient("scale", mean.shape),
        offset: () => sum(dy as Tensor, range(x.rank - 1)),
      };
    },
  };
  registerGradient(own);
}

function publish(info: ReturnType<RecordingBackend["record"]>): Tensor {
  return engine().makeTensorFromTensorInfo(info);
}
