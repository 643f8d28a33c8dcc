import type { NativeArray } from "./dtypes";
import type { Shape } from "./shapes";

/**
 * Values with their axes in another order, as a new array.
 *
 * @param shape of the values as they lie
 * @param axes which of the result's axes lies at each place
 */
export function transposed(values: NativeArray, shape: Shape, axes: readonly number[]): NativeArray {
  const result = values.slice();
  // How far one step along each axis goes in the result.
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = axes.indexOf(axis);
    strides[place] = stride;
    stride *= shape[place]!;
  }
  const inner = shape[shape.length - 1]!;
  const innerStride = strides[shape.length - 1]!;
  const position = new Array<number>(shape.length - 1).fill(0);
  let target = 0;
  for (let source = 0; source < values.length; source += inner) {
    for (let step = 0; step < inner; step++) result[target + step * innerStride] = values[source + step]!;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      target += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      target -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
