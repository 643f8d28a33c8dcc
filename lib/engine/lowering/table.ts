import type { GraphNode, Operation } from "../graph-node";
import type { Lowering, LoweringContext } from "./context";

/** How operations become ONNX: each adds what it needs to the graph and says where its result is. */
export type LoweringTable<Op extends Operation> = { [Name in Op]: (context: LoweringContext, node: GraphNode<Name>) => Lowering };

export function input(node: GraphNode, place: number): GraphNode {
  return node.inputs[place]!;
}
