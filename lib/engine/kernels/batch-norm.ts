import { engine, type FusedBatchNormAttrs, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { noteBatchMoments } from "../batch-moments";
import { ensureBatchNormGradient } from "../batch-norm-gradient";
import { GraphNode } from "../graph-node";
import { sameShape } from "../shapes";
import { combined, constant } from "./compose";
import type { KernelTable } from "./table";

type Normalisation = { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo; epsilon: number };

/** (x - mean) / √(variance + ε) · scale + offset for moments of more axes than one, as layer normalisation gives them. */
function composed({ x, mean, variance, offset, scale, epsilon }: Normalisation, backend: RecordingBackend): TensorInfo | null {
  // The cpu backend repeats what is smaller than x from its beginning; that is broadcasting if it has x's last axes.
  const isSuffix = ({ shape }: TensorInfo) => sameShape(shape, x.shape.slice(x.shape.length - shape.length));
  if (![mean, variance, offset, scale].every((input) => !input || isSuffix(input))) return null;
  const spread = combined("Add", backend.node(variance), constant([epsilon], [], "float32"), variance.shape);
  const factor = new GraphNode("Unary", { function: "Rsqrt" }, [spread], variance.shape, "float32");
  let node = combined("Mul", combined("Sub", backend.node(x), backend.node(mean), x.shape), factor, x.shape);
  if (scale) node = combined("Mul", node, backend.node(scale), x.shape);
  if (offset) node = combined("Add", node, backend.node(offset), x.shape);
  return backend.publish(node);
}

export const batchNormKernels: KernelTable = {
  FusedBatchNorm: (inputs, attributes, backend) => {
    const [x, mean, variance] = [inputs.x!, inputs.mean!, inputs.variance!];
    const { offset, scale } = inputs; // optional, both
    const { varianceEpsilon: epsilon } = attributes as unknown as FusedBatchNormAttrs;
    const given = [x, mean, variance, offset, scale].filter((input) => input !== undefined && input !== null);
    if (given.some((input) => input.dtype !== "float32")) return null;
    if (mean.shape.length !== 1) return composed({ x, mean, variance, offset, scale, epsilon }, backend);
    ensureBatchNormGradient();
    noteBatchMoments(attributes, engine().state.activeTape ?? [], inputs as { x: Tensor; mean: Tensor; variance: Tensor });
    const nodes = given.map((input) => backend.node(input));
    return backend.record("BatchNorm", { epsilon, offset: Boolean(offset), scale: Boolean(scale) }, nodes, x.shape, "float32");
  },
};
