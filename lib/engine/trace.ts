import type { GraphNode } from "./graph-node";

/** Everything that some live tensors depend on. */
export type Trace = {
  /** inputs before those who use them; a node's `index` is its place here */
  order: readonly GraphNode[];
  roots: readonly GraphNode[];
  /** the same for two traces exactly when they are the same graph, whatever values flow through it */
  structure: Int32Array;
};

let traces = 0;

/** Nodes that no root needs are left out: they never run. */
export function traceFrom(roots: readonly GraphNode[]): Trace {
  const trace = ++traces;
  const order: GraphNode[] = [];
  // An explicit stack: a long loop without a read makes chains deeper than JavaScript's own stack.
  const path: { node: GraphNode; next: number }[] = [];
  const enter = (node: GraphNode) => {
    if (node.trace === trace) return;
    node.trace = trace;
    path.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const input = top.node.inputs[top.next++];
      if (input) {
        enter(input);
        continue;
      }
      top.node.index = order.length;
      order.push(top.node);
      path.pop();
    }
  }
  return { order, roots, structure: structureOf(order, roots) };
}

function structureOf(order: readonly GraphNode[], roots: readonly GraphNode[]): Int32Array {
  let length = roots.length + 1;
  for (const node of order) length += 2 + node.inputs.length;
  const structure = new Int32Array(length);
  let at = 0;
  structure[at++] = order.length;
  for (const node of order) {
    structure[at++] = node.signature;
    structure[at++] = node.inputs.length;
    for (const input of node.inputs) structure[at++] = input.index;
  }
  for (const root of roots) structure[at++] = root.index;
  return structure;
}
