import type { GraphNode } from "../graph-node";
import { arrange, axesOf, movesNothing, transition, type Layout } from "../layout";
import { OnnxGraph, type Value } from "../onnx-graph";
import type { Provider } from "../providers/provider";
import { alignRight, sameShape, sizeOf, type Shape } from "../shapes";

/** Where a node's values are in the ONNX graph. */
export type Lowered = { value: Value; layout: Layout };

/** A node's result: values, or the promise that broadcasting `source` gives them, which most users do by themselves. */
export type Lowering = Lowered | { broadcastOf: GraphNode };

/** Hands the values of nodes to lowerings, in the layout they ask for. */
export class LoweringContext {
  readonly graph = new OnnxGraph();
  #results = new Map<GraphNode, Lowering>();
  /** scalars as the vector of one they arrive as, which broadcasts against anything of rank 1 and more */
  #vectors = new Map<GraphNode, Value>();

  #constants = new Set<GraphNode>();
  #users = new Map<GraphNode, GraphNode[]>();

  /**
   * @param order all that will be lowered
   * @param provider will run the graph: what it cannot do is said in another way
   */
  constructor(
    order: readonly GraphNode[],
    readonly provider: Provider,
  ) {
    for (const node of order) {
      for (const input of node.inputs) this.#users.set(input, [...(this.#users.get(input) ?? []), node]);
    }
  }

  /** Whether some node that fits has this one as an input. */
  isUsed(node: GraphNode, fits: (user: GraphNode) => boolean): boolean {
    return this.#users.get(node)?.some(fits) ?? false;
  }

  defineConstant(node: GraphNode, result: Lowered): void {
    this.#constants.add(node);
    this.define(node, result);
  }

  /** Whether the graph knows a node's values already, which opens ways that ONNX Runtime optimises further. */
  isConstant(node: GraphNode): boolean {
    return this.#constants.has(node) || (node.is("Reshape") && this.isConstant(node.inputs[0]!));
  }

  define(node: GraphNode, result: Lowering): void {
    this.#results.set(node, result);
  }

  defineScalar(node: GraphNode, vector: Value): void {
    this.#vectors.set(node, vector);
  }

  /** The layout a node's values have, "logical" for those not yet broadcast. */
  layoutOf(node: GraphNode): Layout {
    const result = this.#results.get(node);
    return result && "layout" in result ? result.layout : "logical";
  }

  isBroadcast(node: GraphNode): boolean {
    const result = this.#results.get(node);
    return result !== undefined && "broadcastOf" in result;
  }

  /** All the values of a node, in whatever layout they are. */
  dense(node: GraphNode): Lowered {
    const result = this.#results.get(node);
    if (!result) {
      const value = this.graph.reshape(this.#vectors.get(node)!, node.shape);
      const lowered = { value, layout: "logical" } as const;
      this.define(node, lowered);
      return lowered;
    }
    if ("layout" in result) return result;
    // Gradients are broadcast to the shape of activations, whose layout they will be wanted in.
    const layout = node.shape.length === 4 ? "activation" : "logical";
    const value = this.graph.add("Expand", [
      this.operand(result.broadcastOf, node.shape, layout),
      this.graph.integers(arrange(node.shape, layout)),
    ]);
    const lowered = { value, layout } as const;
    this.define(node, lowered);
    return lowered;
  }

  /** All the values of a node in the given layout. */
  in(layout: Layout, node: GraphNode): Value {
    const { value, layout: from } = this.dense(node);
    if (from === layout) return value;
    const permutation = transition(from, layout, node.shape.length);
    return movesNothing(arrange(node.shape, from), permutation)
      ? this.graph.reshape(value, arrange(node.shape, layout))
      : this.graph.transpose(value, permutation);
  }

  logical(node: GraphNode): Value {
    return this.in("logical", node);
  }

  /**
   * The layout for an element-wise result: that of an input of its size. A filter's wins, because what meets filters
   * (their gradients, momenta) is of their shape, and would else be transposed in every step to come.
   */
  commonLayout(inputs: readonly GraphNode[], shape: Shape): Layout {
    const layouts = inputs.filter((input) => sameShape(input.shape, shape)).map((input) => this.layoutOf(input));
    return (["filter", "activation"] as const).find((layout) => layouts.includes(layout)) ?? "logical";
  }

  /** The node that a promised broadcast repeats, and any other node itself. */
  broadcastSource(node: GraphNode): GraphNode {
    const result = this.#results.get(node);
    return result && "broadcastOf" in result ? this.broadcastSource(result.broadcastOf) : node;
  }

  /** A node as an operand that ONNX broadcasts to `shape`, lying in `layout`. */
  operand(node: GraphNode, shape: Shape, layout: Layout): Value {
    const result = this.#results.get(node);
    if (result && "broadcastOf" in result) return this.operand(result.broadcastOf, shape, layout);
    // Whoever has the result's rank must show it; a single value of lower rank may look as it likes.
    const single = sizeOf(node.shape) === 1 && node.shape.length < shape.length;
    const vector = this.#vectors.get(node);
    if (single && arrange(shape, layout).at(-1) === 1) {
      // ONNX Runtime lines a vector of one up with the last axis: were that of extent 1 too, it would go value by value.
      return this.graph.reshape(vector ?? this.logical(node), shape.map(() => 1));
    }
    if (vector && (single || shape.length === 1)) return vector;
    if (sameShape(node.shape, shape)) return this.in(layout, node);
    const value = this.logical(node);
    if (single) return node.shape.length > 1 ? this.graph.reshape(value, [1]) : value;
    if (layout === "logical") return value;
    const aligned = alignRight(node.shape, shape.length);
    const permutation = axesOf(layout, shape.length);
    return movesNothing(aligned, permutation)
      ? this.graph.reshape(value, arrange(aligned, layout))
      : this.graph.transpose(this.graph.reshape(value, aligned), permutation);
  }

  /** Operands of one element-wise operation, and the layout of its result. */
  operands(inputs: readonly GraphNode[], shape: Shape): { values: Value[]; layout: Layout } {
    // ONNX takes the result's shape from its operands: one of them at least must have it all.
    const whole = inputs.some((input) => !this.isBroadcast(input) && sameShape(input.shape, shape));
    const promised = inputs.find((input) => this.isBroadcast(input));
    if (!whole && promised) this.dense(promised);
    const layout = this.commonLayout(inputs, shape);
    return { values: inputs.map((input) => this.operand(input, shape, layout)), layout };
  }
}
