import type { NativeType } from "./dtypes";
import { isHostScalar, leafSignature, type GraphNode } from "./graph-node";
import { arrange, type Layout } from "./layout";
import { LoweringContext } from "./lowering/context";
import { lower } from "./lowering/lower";
import { splitVector } from "./lowering/split-vector";
import { bytesOf, type Described } from "./memory-limit";
import type { Shape } from "./shapes";
import type { Provider } from "./providers/provider";
import type { Trace } from "./trace";

export type CompiledGraph = {
  /** an ONNX model */
  model: Uint8Array;
  /** which nodes of the order to feed */
  inputs: readonly { name: string; index: number }[];
  /** single values that the program wrote, fed as one vector for each type */
  scalars: readonly { name: string; dtype: NativeType; indexes: readonly number[] }[];
  /** one for each root; `shape` is the physical one */
  outputs: readonly { name: string; dtype: NativeType; shape: Shape; layout: Layout; leafSignature: number }[];
  estimatedBytes: number;
  /** of all that is written out, what takes the most memory; null if nothing is computed */
  largest: Described | null;
};

/**
 * A first output of one byte: the binding makes a copy of the first for itself before it can be kept from it (see
 * `native.ts`).
 */
export const doneName = "done";

/** What a session takes for each operation whatever its values, as measured over chains of thousands. */
const bytesPerOperation = 6_000;

/**
 * Translates a trace to ONNX for a provider. Of the leaves at the indexes in `constants` it takes the values along, of all else the
 * structure only: the result serves every trace of the same structure and with these very constants.
 */
export function compile({ order, roots }: Trace, constants: ReadonlySet<number>, provider: Provider): CompiledGraph {
  const context = new LoweringContext(order, provider);
  const { graph } = context;
  for (const index of constants) {
    const node = order[index]!;
    const { values, layout } = node.storage!;
    context.defineConstant(node, { value: graph.initializer(node.dtype, arrange(node.shape, layout), values!), layout });
  }
  const inputs = order.filter((node) => node.storage && !isHostScalar(node) && !constants.has(node.index)).map((node) => {
    const name = `in_${node.index}`;
    const { layout } = node.storage!;
    context.define(node, { value: graph.input(name, node.dtype, arrange(node.shape, layout)), layout });
    return { name, index: node.index };
  });
  const scalars = declareScalars(context, order.filter((node) => isHostScalar(node)));
  for (const node of order) if (!node.storage) lower(context, node);
  if (!provider.deviceMemory) graph.output(graph.constant("bool", [1], [1]), doneName, "bool", [1]);
  const outputs = roots.map((root, place) => {
    const { value, layout } = context.dense(root);
    const name = `out_${place}`;
    const shape = arrange(root.shape, layout);
    graph.output(value, name, root.dtype, shape);
    return { name, dtype: root.dtype, shape, layout, leafSignature: leafSignature(root.shape, root.dtype, layout) };
  });
  const constantBytes = [...constants].reduce((sum, index) => sum + order[index]!.storage!.values!.byteLength, 0);
  const estimatedBytes = peakBytes({ order, roots }) + constantBytes + order.length * bytesPerOperation;
  return { model: graph.encode(), inputs, scalars, outputs, estimatedBytes, largest: largestWritten(order, context) };
}

/** Broadcasts that stayed promises take nothing, nor do other views of what is there. A copy: nodes change when they have run. */
function largestWritten(order: readonly GraphNode[], context: LoweringContext): Described | null {
  let largest: GraphNode | null = null;
  for (const node of order) {
    if (node.storage || node.is("Reshape") || context.isBroadcast(node)) continue;
    if (!largest || bytesOf(node) > bytesOf(largest)) largest = node;
  }
  return largest && { operation: largest.operation, attributes: largest.attributes, shape: largest.shape, dtype: largest.dtype };
}

/**
 * A learning rate changes every step and a constant never; a recorded graph cannot tell them apart. Fed as inputs, no
 * change costs a compilation; fed as one vector that the graph splits, hundreds of them cost as little as one.
 */
function declareScalars(context: LoweringContext, nodes: readonly GraphNode[]): CompiledGraph["scalars"] {
  const { graph } = context;
  return (["float32", "int32", "bool"] as const).flatMap((dtype) => {
    const members = nodes.filter((node) => node.dtype === dtype);
    if (members.length === 0) return [];
    const name = `scalars_${dtype}`;
    graph.input(name, dtype, [members.length]);
    const parts = splitVector(graph, name, members.length, context.provider.mostSplitOutputs);
    members.forEach((node, place) => context.defineScalar(node, parts[place]!));
    return [{ name, dtype, indexes: members.map((node) => node.index) }];
  });
}

/** The most bytes of values alive at once if nothing ran in place; roots and leaves are counted elsewhere. */
function peakBytes({ order, roots }: Pick<Trace, "order" | "roots">): number {
  const lastUse = new Map<GraphNode, number>();
  for (const node of order) for (const input of node.inputs) lastUse.set(input, node.index);
  for (const root of roots) lastUse.delete(root);
  const ending = new Map<number, number>();
  let [alive, peak] = [0, 0];
  for (const node of order) {
    const end = lastUse.get(node);
    if (!node.storage && end !== undefined && !node.is("Reshape") && !node.is("Expand")) {
      const bytes = bytesOf(node);
      alive += bytes;
      peak = Math.max(peak, alive);
      ending.set(end, (ending.get(end) ?? 0) + bytes);
    }
    alive -= ending.get(node.index) ?? 0;
  }
  return peak;
}
