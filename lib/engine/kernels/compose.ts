import type { NativeType } from "../dtypes";
import { GraphNode, type BinaryFunction, type OperationAttributes } from "../graph-node";
import { sameShape, type Shape } from "../shapes";

/* Nodes for kernels that are made of others. They belong to no tensor: what uses them keeps them. */

export function constant(values: readonly number[], shape: Shape, dtype: NativeType): GraphNode {
  return new GraphNode("Constant", { values }, [], shape, dtype);
}

export function reshaped(x: GraphNode, shape: Shape): GraphNode {
  return sameShape(x.shape, shape) ? x : new GraphNode("Reshape", null, [x], shape, x.dtype);
}

export function transposed(x: GraphNode, permutation: readonly number[]): GraphNode {
  return new GraphNode("Transpose", { permutation }, [x], permutation.map((axis) => x.shape[axis]!), x.dtype);
}

export function padded(x: GraphNode, paddings: OperationAttributes["Pad"]["paddings"], value: number): GraphNode {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((extent, axis) => extent + paddings[axis]![0] + paddings[axis]![1]);
  return new GraphNode("Pad", { paddings, value }, [x], shape, x.dtype);
}

export function sliced(x: GraphNode, begin: Shape, size: Shape): GraphNode {
  return sameShape(x.shape, size) ? x : new GraphNode("Slice", { begin, size }, [x], size, x.dtype);
}

export function cast(x: GraphNode, dtype: NativeType): GraphNode {
  return x.dtype === dtype ? x : new GraphNode("Cast", null, [x], x.shape, dtype);
}

/** The places of an axis in another order, some of them perhaps several times. */
export function gathered(x: GraphNode, axis: number, places: readonly number[]): GraphNode {
  const indices = constant(places, [places.length], "int32");
  return new GraphNode("Gather", { axis }, [x, indices], x.shape.with(axis, places.length), x.dtype);
}

/** @param shape what the operands broadcast to */
export function combined(name: BinaryFunction, a: GraphNode, b: GraphNode, shape: Shape): GraphNode {
  return new GraphNode("Binary", { function: name }, [a, b], shape, a.dtype);
}
