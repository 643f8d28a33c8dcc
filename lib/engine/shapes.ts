/** A tensor's extents, in TensorFlow.js' order of axes. */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** `shape` with as many leading ones as `rank` asks for, as broadcasting reads it. */
export function alignRight(shape: Shape, rank: number): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}
