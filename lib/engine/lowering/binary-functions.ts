import type { NativeType } from "../dtypes";
import type { BinaryFunction } from "../graph-node";
import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";
import { toInt32 } from "./cast";

type Spelling = string | ((graph: OnnxGraph, a: Value, b: Value, dtype: NativeType) => Value);

/** Those which are one ONNX operation carry its name; `dtype` is the operands'. */
const spellings: Record<BinaryFunction, Spelling> = {
  Add: "Add",
  Sub: "Sub",
  Mul: "Mul",
  Div: "Div",
  FloorDiv: floorDiv,
  Mod: mod,
  Max: "Max",
  Min: "Min",
  Pow: pow,
  SquaredDifference: (graph, a, b) => {
    const difference = graph.add("Sub", [a, b]);
    return graph.add("Mul", [difference, difference]);
  },
  Greater: "Greater",
  GreaterOrEqual: "GreaterOrEqual",
  Less: "Less",
  LessOrEqual: "LessOrEqual",
  Equal: "Equal",
  NotEqual: (graph, a, b) => graph.add("Not", [graph.add("Equal", [a, b])]),
  And: "And",
  Or: "Or",
  BitwiseAnd: "BitwiseAnd",
  // ONNX's PRelu broadcasts its slope only.
  Prelu: (graph, x, slope) => graph.add("Where", [graph.add("Less", [x, graph.float(0)]), graph.add("Mul", [x, slope]), x]),
  // dy, or dy (y + 1) where the result y is negative
  EluGradient: (graph, dy, y) => graph.add("Mul", [dy, graph.add("Add", [graph.add("Min", [y, graph.float(0)]), graph.float(1)])]),
};

export function binary(graph: OnnxGraph, name: BinaryFunction, a: Value, b: Value, dtype: NativeType): Value {
  const spelling = spellings[name];
  return typeof spelling === "string" ? graph.add(spelling, [a, b]) : spelling(graph, a, b, dtype);
}

/**
 * ⌊a / b⌋ as int32, also of floats. In doubles, as JavaScript divides: float32 rounds 2.99999999 up to 3 before the
 * floor, and ONNX Runtime's integer division stops the process at 0.
 */
function floorDiv(graph: OnnxGraph, a: Value, b: Value): Value {
  const quotient = graph.add("Floor", [graph.add("Div", [double(graph, a), double(graph, b)])]);
  return toInt32(graph, quotient, "float64");
}

/** The remainder with b's sign, as JavaScript finds it: from the one with a's. */
function mod(graph: OnnxGraph, a: Value, b: Value, dtype: NativeType): Value {
  const [x, y] = [double(graph, a), double(graph, b)];
  const zero = graph.constant("float64", [], [0]);
  const remainder = graph.add("Mod", [x, y], { fmod: 1 });
  const shifted = graph.add("Mod", [graph.add("Add", [remainder, y]), y], { fmod: 1 });
  const both = (type: "Less" | "GreaterOrEqual") => graph.add("And", [graph.add(type, [x, zero]), graph.add(type, [y, zero])]);
  const result = graph.add("Where", [graph.add("Or", [both("Less"), both("GreaterOrEqual")]), remainder, shifted]);
  return dtype === "int32" ? toInt32(graph, result, "float64") : graph.add("Cast", [result], { to: onnxTypes.float32 });
}

/** JavaScript says NaN where C says 1: ±1 to an infinite power, and 1 to the power NaN. */
function pow(graph: OnnxGraph, a: Value, b: Value): Value {
  const endless = graph.add("Or", [graph.add("IsNaN", [b]), graph.add("IsInf", [b])]);
  const undecided = graph.add("And", [graph.add("Equal", [graph.add("Abs", [a]), graph.float(1)]), endless]);
  return graph.add("Where", [undecided, graph.float(NaN), graph.add("Pow", [a, b])]);
}

function double(graph: OnnxGraph, x: Value): Value {
  return graph.add("Cast", [x], { to: onnxTypes.float64 });
}
