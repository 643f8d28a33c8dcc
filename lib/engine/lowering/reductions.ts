import type { GraphNode } from "../graph-node";
import { axesOf, movesNothing } from "../layout";
import type { Value } from "../onnx-graph";
import { range, sizeOf, type Shape } from "../shapes";
import type { LoweringContext } from "./context";
import { input, type LoweringTable } from "./table";

export const reductionLowerings: LoweringTable<"Reduce" | "CumulativeSum" | "Einsum"> = {
  CumulativeSum: (context, node) => {
    const { axis, exclusive, reverse } = node.attributes;
    const { value, layout } = context.dense(input(node, 0));
    const along = context.graph.constant("int64", [], [axesOf(layout, node.shape.length).indexOf(axis)]);
    return { value: context.graph.add("CumSum", [value, along], { exclusive: Number(exclusive), reverse: Number(reverse) }), layout };
  },
  Einsum: (context, node) => ({
    value: context.graph.add("Einsum", node.inputs.map((operand) => context.logical(operand)), { equation: node.attributes.equation }),
    layout: "logical",
  }),
  Reduce: (context, node) => {
    const { graph } = context;
    const { function: name, axes, keepDims } = node.attributes;
    const squared = name === "Mean" ? squareRoot(input(node, 0)) : null;
    const source = squared ?? input(node, 0);
    const { value, physicalAxes } = reducible(context, source, axes);
    const inputs = [value, graph.integers(physicalAxes)];
    let result;
    if (squared && context.layoutOf(source) === "activation" && axes.join() === "0,1,2") {
      const share = graph.float(source.shape[3]! / sizeOf(source.shape));
      result = graph.add("Mul", [sumOfProducts(context, value, value, source.shape), share]);
    } else if (squared) {
      // A variance: the squares need not be written to memory to be added up.
      const count = sizeOf(axes.map((axis) => source.shape[axis]!));
      result = graph.add("Mul", [graph.add("ReduceSumSquare", inputs, { keepdims: 0 }), graph.float(1 / count)]);
    } else {
      result = graph.add(`Reduce${name}`, inputs, { keepdims: 0 });
      if ((name === "Max" || name === "Min") && node.dtype === "float32") {
        // ONNX Runtime passes over NaN here. A sum of magnitudes is NaN exactly where one of them is.
        const magnitude = graph.add("ReduceL1", inputs, { keepdims: 0 });
        result = graph.add("Where", [graph.add("IsNaN", [magnitude]), magnitude, result]);
      }
    }
    return { value: keepDims ? graph.reshape(result, node.shape) : result, layout: "logical" };
  },
};

function squareRoot(node: GraphNode): GraphNode | null {
  return node.is("Unary") && node.attributes.function === "Square" && node.dtype === "float32" ? input(node, 0) : null;
}

/** The node in its own layout if the axes that stay keep their order, else in logical order; and where `axes` lie there. */
function reducible(context: LoweringContext, node: GraphNode, axes: readonly number[]): { value: string; physicalAxes: number[] } {
  const dense = context.dense(node);
  const order = axesOf(dense.layout, node.shape.length);
  const staying = order.filter((axis) => !axes.includes(axis));
  return movesNothing(node.shape, staying)
    ? { value: dense.value, physicalAxes: axes.map((axis) => order.indexOf(axis)) }
    : { value: context.logical(node), physicalAxes: [...axes] };
}

/** Below, the sum of a few squares does not pay for writing them down. */
const leastWrittenSquares = 128;

/**
 * Σ a b for each channel, [C], of two maps that lie NCHW.
 *
 * @param shape theirs, NHWC
 */
export function sumOfProducts(context: LoweringContext, a: Value, b: Value, shape: Shape): Value {
  const { graph } = context;
  const [, height, width] = shape as [number, number, number, number];
  if (a === b && height * width < leastWrittenSquares) return graph.add("ReduceSumSquare", [a, graph.integers([0, 2, 3])], { keepdims: 0 });
  return sumChannels(context, graph.add("Mul", [a, b]), "activation", 4);
}

/** The sum over all axes but the last, [C], of a value in the layout given. */
export function sumChannels(context: LoweringContext, value: string, layout: Parameters<typeof axesOf>[0], rank: number): string {
  const order = axesOf(layout, rank);
  const axes = range(rank - 1).map((axis) => order.indexOf(axis));
  return context.graph.add("ReduceSum", [value, context.graph.integers(axes)], { keepdims: 0 });
}
