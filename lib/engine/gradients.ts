import {
  broadcastTo,
  div,
  engine,
  getGradient,
  registerGradient,
  reshape,
  util,
  type GradConfig,
  type SumAttrs,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { RecordingBackend } from "./backend";
import { sizeOf } from "./shapes";

const own = new Map<string, GradConfig>();

/**
 * TensorFlow.js multiplies the gradient of a sum or a mean by an array of ones of the input's size. This broadcasts it
 * instead, which the graph need not write out. Asked for whenever the kernel runs, as tfjs-layers may register its own
 * later than the engine starts.
 */
export function ensureSparseGradient(kernelName: "Sum" | "Mean"): void {
  const current = getGradient(kernelName);
  if (current === undefined || current === own.get(kernelName)) return;
  const config: GradConfig = {
    ...current,
    gradFunc: (dy, saved, attributes) => {
      if (!(engine().backend instanceof RecordingBackend)) return current.gradFunc(dy, saved, attributes);
      const [x] = saved as [Tensor];
      const axes = util.parseAxisParam((attributes as unknown as SumAttrs).axis, x.shape);
      const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
      const count = sizeOf(x.shape) / sizeOf(kept);
      return {
        x: () => {
          const slope = reshape(dy as Tensor, kept);
          return broadcastTo(kernelName === "Mean" ? div(slope, count) : slope, x.shape as [number]);
        },
      };
    },
  };
  own.set(kernelName, config);
  registerGradient(config);
}
