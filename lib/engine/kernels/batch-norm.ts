import { engine, type FusedBatchNormAttrs, type Tensor } from "@tensorflow/tfjs-core";
import { noteBatchMoments } from "../batch-moments";
import { ensureBatchNormGradient } from "../batch-norm-gradient";
import type { KernelTable } from "./table";

export const batchNormKernels: KernelTable = {
  FusedBatchNorm: (inputs, attributes, backend) => {
    const [x, mean, variance] = [inputs.x!, inputs.mean!, inputs.variance!];
    const { offset, scale } = inputs; // optional, both
    const { varianceEpsilon: epsilon } = attributes as unknown as FusedBatchNormAttrs;
    const given = [x, mean, variance, offset, scale].filter((input) => input !== undefined && input !== null);
    if (mean.shape.length !== 1 || given.some((input) => input.dtype !== "float32")) return null;
    ensureBatchNormGradient();
    noteBatchMoments(attributes, engine().state.activeTape ?? [], inputs as { x: Tensor; mean: Tensor; variance: Tensor });
    const nodes = given.map((input) => backend.node(input));
    return backend.record("BatchNorm", { epsilon, offset: Boolean(offset), scale: Boolean(scale) }, nodes, x.shape, "float32");
  },
};
