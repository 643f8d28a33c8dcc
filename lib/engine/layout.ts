import { range, type Shape } from "./shapes";

/**
 * How a tensor of logical (TensorFlow.js') axes lies in memory. ONNX Runtime convolves NCHW with OIHW filters where
 * TensorFlow.js speaks of NHWC and HWIO. Its optimiser does not cancel the transposes between two convolutions, so
 * every value carries its layout through the graph, and weights keep theirs from step to step.
 */
export type Layout = "logical" | "activation" | "filter";

const permutations: Record<Layout, readonly number[] | null> = {
  logical: null,
  activation: [0, 3, 1, 2], // NHWC → NCHW
  filter: [3, 2, 0, 1], // HWIO → OIHW
};

/** Which logical axis lies at each physical place. */
export function axesOf(layout: Layout, rank: number): readonly number[] {
  return permutations[layout] ?? range(rank);
}

/** `perAxis`, one item for each logical axis, in physical order. */
export function arrange<T>(perAxis: readonly T[], layout: Layout): readonly T[] {
  return permutations[layout]?.map((axis) => perAxis[axis]!) ?? perAxis;
}

/** The `perm` of an ONNX Transpose that takes a value from one layout to the other. */
export function transition(from: Layout, to: Layout, rank: number): number[] {
  const source = axesOf(from, rank);
  return axesOf(to, rank).map((axis) => source.indexOf(axis));
}

/** Whether transposing `shape` by `permutation` leaves memory as it is, because only axes of extent 1 move. */
export function movesNothing(shape: Shape, permutation: readonly number[]): boolean {
  const moving = permutation.filter((axis) => shape[axis] !== 1);
  return moving.every((axis, place) => place === 0 || axis > moving[place - 1]!);
}
