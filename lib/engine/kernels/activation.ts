import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { GraphNode, type FusedActivation } from "../graph-node";
import { combined } from "./compose";

/** What a fused kernel does to its result. */
export type Activation = {
  activation: string;
  leakyreluAlpha?: number;
  /** prelu's slopes, which broadcast */
  preluActivationWeights?: TensorInfo;
};

/** An activation as an operation of its own behind `x`; null for one that is not known. */
export function activated(x: GraphNode, { activation, leakyreluAlpha, preluActivationWeights }: Activation, backend: RecordingBackend): GraphNode | null {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return new GraphNode("Unary", { function: "Relu" }, [x], x.shape, x.dtype);
    case "relu6":
      return new GraphNode("Unary", { function: "Relu6" }, [x], x.shape, x.dtype);
    case "elu":
      return new GraphNode("Unary", { function: "Elu" }, [x], x.shape, x.dtype);
    case "sigmoid":
      return new GraphNode("Unary", { function: "Sigmoid" }, [x], x.shape, x.dtype);
    case "leakyrelu":
      return new GraphNode("LeakyRelu", { alpha: leakyreluAlpha ?? 0.2 }, [x], x.shape, x.dtype);
    case "prelu":
      return preluActivationWeights ? combined("Prelu", x, backend.node(preluActivationWeights), x.shape) : null;
    default:
      return null;
  }
}

/** Those that an operation of ours takes along. */
export function isFusedActivation(activation: string): activation is FusedActivation {
  return activation === "linear" || activation === "relu" || activation === "sigmoid";
}
