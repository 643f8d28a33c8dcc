import type { UnaryFunction } from "../graph-node";
import { onnxTypes, type OnnxGraph, type Value } from "../onnx-graph";

type Spelling = string | ((graph: OnnxGraph, x: Value) => Value);

/** Those which are one ONNX operation carry its name. All take and give float32 but where said otherwise. */
const spellings: Record<UnaryFunction, Spelling> = {
  Relu: "Relu",
  Relu6: (graph, x) => graph.add("Clip", [x, graph.float(0), graph.float(6)]),
  Elu: "Elu",
  Selu: "Selu",
  Softplus: "Softplus",
  Sigmoid: sigmoid,
  Exp: "Exp",
  Expm1: expm1,
  Log: "Log",
  Log1p: log1p,
  Neg: "Neg", // int32, too
  Sqrt: "Sqrt",
  Rsqrt: (graph, x) => graph.add("Reciprocal", [graph.add("Sqrt", [x])]),
  Square: (graph, x) => graph.add("Mul", [x, x]), // int32, too
  Reciprocal: "Reciprocal",
  Abs: "Abs", // int32, too
  Sign: (graph, x) => graph.add("Where", [graph.add("IsNaN", [x]), graph.float(0), graph.add("Sign", [x])]),
  Floor: "Floor",
  Ceil: "Ceil",
  Round: "Round",
  Sin: "Sin",
  Cos: "Cos",
  // Near its poles the tangent of a float32 has no digits to spare.
  Tan: (graph, x) => inDoubles(graph, x, (double) => graph.add("Div", [graph.add("Sin", [double]), graph.add("Cos", [double])])),
  Asin: "Asin",
  Acos: "Acos",
  Atan: "Atan",
  Sinh: "Sinh",
  Cosh: "Cosh",
  Tanh: "Tanh",
  Asinh: "Asinh",
  Acosh: "Acosh",
  Atanh: "Atanh",
  Erf: "Erf",
  Not: "Not", // of bool
  IsNaN: "IsNaN", // gives bool, as the next two
  IsInf: "IsInf",
  IsFinite: (graph, x) => graph.add("Not", [graph.add("Or", [graph.add("IsNaN", [x]), graph.add("IsInf", [x])])]),
};

export function unary(graph: OnnxGraph, name: UnaryFunction, x: Value): Value {
  const spelling = spellings[name];
  return typeof spelling === "string" ? graph.add(spelling, [x]) : spelling(graph, x);
}

/** 1 / (1 + exp(-x)). ONNX Runtime's own Sigmoid is off by 1e-8, so that it has no digit right below -16, and is 0 from -18. */
export function sigmoid(graph: OnnxGraph, x: Value): Value {
  return graph.add("Reciprocal", [graph.add("Add", [graph.add("Exp", [graph.add("Neg", [x])]), graph.float(1)])]);
}

/** Between these numbers the first two terms of a series are as good as doubles, which lose digits against the 1. */
const nearZero = 1e-5;

/** exp(x) - 1 with all its digits near 0. */
function expm1(graph: OnnxGraph, x: Value): Value {
  return preciseNearZero(graph, x, (double, one) => graph.add("Sub", [graph.add("Exp", [double]), one]), 0.5);
}

/** log(1 + x) with all its digits near 0. */
function log1p(graph: OnnxGraph, x: Value): Value {
  return preciseNearZero(graph, x, (double, one) => graph.add("Log", [graph.add("Add", [double, one])]), -0.5);
}

/** `far` in doubles, and x + c x² near 0. */
function preciseNearZero(graph: OnnxGraph, x: Value, far: (double: Value, one: Value) => Value, c: number): Value {
  const value = inDoubles(graph, x, (double) => far(double, graph.constant("float64", [], [1])));
  const series = graph.add("Add", [x, graph.add("Mul", [graph.add("Mul", [x, x]), graph.float(c)])]);
  return graph.add("Where", [graph.add("Less", [graph.add("Abs", [x]), graph.float(nearZero)]), series, value]);
}

function inDoubles(graph: OnnxGraph, x: Value, compute: (double: Value) => Value): Value {
  return graph.add("Cast", [compute(graph.add("Cast", [x], { to: onnxTypes.float64 }))], { to: onnxTypes.float32 });
}
