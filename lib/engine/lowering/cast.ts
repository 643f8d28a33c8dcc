import type { NativeType } from "../dtypes";
import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";

export function cast(graph: OnnxGraph, x: Value, from: NativeType, to: NativeType): Value {
  return from === "float32" && to === "int32" ? toInt32(graph, x, from) : graph.add("Cast", [x], { to: onnxTypes[to] });
}

/**
 * Floats to int32 as JavaScript has it: towards zero, beyond 2³¹ modulo 2³², and 0 for NaN and infinities. A plain Cast
 * leaves those to the processor. (ONNX Runtime takes a Cast to int64 and on to int32 for a plain one.)
 */
export function toInt32(graph: OnnxGraph, x: Value, from: "float32" | "float64"): Value {
  const constant = (value: number) => graph.constant(from, [], [value]);
  // What an int64 cannot hold is a multiple of 2³².
  const fits = graph.add("Less", [graph.add("Abs", [x]), constant(2 ** 63)]);
  const whole = graph.add("Cast", [graph.add("Where", [fits, x, constant(0)])], { to: onnxTypes.int64 });
  const integer = (value: number) => graph.constant("int64", [], [value]);
  // ONNX's Mod of integers has the divisor's sign.
  const wrapped = graph.add("Sub", [graph.add("Mod", [graph.add("Add", [whole, integer(2 ** 31)]), integer(2 ** 32)]), integer(2 ** 31)]);
  return graph.add("Cast", [wrapped], { to: onnxTypes.int32 });
}
