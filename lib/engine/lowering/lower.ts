import type { GraphNode, Operation } from "../graph-node";
import { batchNormLowerings } from "./batch-norm";
import type { LoweringContext } from "./context";
import { convLowerings } from "./conv";
import { depthwiseLowerings } from "./depthwise";
import { elementwiseLowerings } from "./elementwise";
import { indexingLowerings } from "./indexing";
import type { LoweringTable } from "./table";
import { matMulLowerings } from "./matmul";
import { poolingLowerings } from "./pooling";
import { reductionLowerings } from "./reductions";
import { scatterLowerings } from "./scatter";
import { shapeLowerings } from "./shape";
import { spatialLowerings } from "./spatial";

/** Every operation but leaves, which have values; the type makes a missing one an error. */
const lowerings: LoweringTable<Exclude<Operation, "Leaf">> = {
  ...elementwiseLowerings,
  ...reductionLowerings,
  ...matMulLowerings,
  ...convLowerings,
  ...depthwiseLowerings,
  ...spatialLowerings,
  ...poolingLowerings,
  ...shapeLowerings,
  ...indexingLowerings,
  ...scatterLowerings,
  ...batchNormLowerings,
};

/** Adds a node's operations to the graph; those of its inputs are there already. */
export function lower(context: LoweringContext, node: GraphNode): void {
  const lowering = lowerings[node.operation as Exclude<Operation, "Leaf">] as (context: LoweringContext, node: GraphNode) => ReturnType<typeof lowerings.Cast>;
  context.define(node, lowering(context, node));
}
