import { isHostScalar, type GraphNode, type Operation } from "./graph-node";
import { sameShape } from "./shapes";
import type { Trace } from "./trace";

/** They see every element alone, so that their result lies as their inputs do. */
const elementwise = new Set<Operation>(["Unary", "LeakyRelu", "Clip", "Binary", "Cast", "Step", "ReluGradient", "Select"]);

/**
 * Leaves in logical order that meet filters: weights that the program has just written, and the momenta it made for
 * them. The graph would transpose them, this once: from the next step on they lie as filters do, and the graph is
 * another. Moved before, the first step is the same graph as all others.
 */
export function strayFilters({ order }: Trace): GraphNode[] {
  const filters = new Set<GraphNode>();
  for (const node of order) {
    if (node.is("Conv") || node.is("ConvInputGradient")) filters.add(node.inputs[1]!);
    if (node.is("ConvFilterGradient")) filters.add(node);
  }
  const families = order
    .filter((node) => node.shape.length === 4 && elementwise.has(node.operation))
    .map((node) => [node, ...node.inputs.filter((input) => sameShape(input.shape, node.shape))]);
  // One filter makes a family of filters, and families share members: until nothing changes any more.
  for (let known = -1; known !== filters.size; families.reverse()) {
    known = filters.size;
    for (const family of families) {
      if (family.some((member) => filters.has(member))) for (const member of family) filters.add(member);
    }
  }
  return [...filters].filter((node) => node.storage?.layout === "logical" && !isHostScalar(node));
}
