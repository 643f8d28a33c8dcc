import { isHostScalar, type GraphNode, type Operation, type Storage } from "./graph-node";
import type { Trace } from "./trace";

/** They stand in steps that change the weights. */
const training = new Set<Operation>(["ConvInputGradient", "ConvFilterGradient", "BatchNormGradient", "MaxPoolGradient", "ReluGradient", "Step"]);

/** Where a network's weights enter an operation, by place among its inputs. */
const places: Partial<Record<Operation, readonly number[]>> = {
  Conv: [1, 2],
  MatMul: [1, 2],
  BatchNorm: [1, 2, 3, 4],
};

/**
 * The leaves of a trace that look like a trained network's weights: what Conv, MatMul and BatchNorm are told beside
 * their data. Empty for a training step. Inside the graph as constants they let ONNX Runtime fold BatchNorms into
 * filters and lay filters out for its fastest kernels.
 */
export function weightLeaves({ order }: Trace): GraphNode[] {
  const leaves = new Set<GraphNode>();
  const arithmetic = new Set<GraphNode>();
  for (const node of order) {
    if (training.has(node.operation)) return [];
    if (node.is("Binary")) for (const operand of node.inputs) arithmetic.add(operand);
    for (const place of places[node.operation] ?? []) {
      const leaf = viewed(node.inputs[place]);
      if (leaf?.storage && !isHostScalar(leaf)) leaves.add(leaf);
    }
  }
  // An optimizer adds to the weights: so this is a step of a network whose gradients none of the above are.
  return [...leaves].some((leaf) => arithmetic.has(leaf)) ? [] : [...leaves];
}

function viewed(node: GraphNode | undefined): GraphNode | undefined {
  return node?.is("Reshape") ? viewed(node.inputs[0]) : node;
}

/** The very values that some leaves of a structure had. Values never change in place, so being the same is enough. */
export class Weights {
  readonly #members: readonly { index: number; storage: Storage }[];

  constructor(leaves: readonly GraphNode[]) {
    this.#members = leaves.map(({ index, storage }) => ({ index, storage: storage! }));
  }

  areThoseOf({ order }: Trace): boolean {
    return this.#members.every(({ index, storage }) => order[index]!.storage === storage);
  }
}
