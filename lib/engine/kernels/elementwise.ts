import { backend_util, type CastAttrs, type ClipByValueAttrs, type LeakyReluAttrs, type StepAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { isNativeType, type NativeType } from "../dtypes";
import { GraphNode, type BinaryFunction, type UnaryFunction } from "../graph-node";
import { sameShape } from "../shapes";
import { listOf, type KernelTable, type NativeKernel } from "./table";
import { zero, isZero } from "./zero";

const floatOnly: readonly NativeType[] = ["float32"];
const numbers: readonly NativeType[] = ["float32", "int32"];

/** TensorFlow.js kernel → function, the types it takes, and its result's type where that is another. */
const unary: Record<string, { function: UnaryFunction; types: readonly NativeType[]; result?: NativeType }> = {
  Neg: { function: "Neg", types: numbers },
  Square: { function: "Square", types: numbers },
  Abs: { function: "Abs", types: numbers },
  LogicalNot: { function: "Not", types: ["bool"] },
  IsNan: { function: "IsNaN", types: floatOnly, result: "bool" },
  IsInf: { function: "IsInf", types: floatOnly, result: "bool" },
  IsFinite: { function: "IsFinite", types: floatOnly, result: "bool" },
};
const unaryOfFloats = [
  ...(["Relu", "Relu6", "Elu", "Selu", "Softplus", "Sigmoid", "Exp", "Expm1", "Log", "Log1p", "Sqrt", "Rsqrt", "Reciprocal", "Erf"] as const),
  ...(["Sign", "Floor", "Ceil", "Round"] as const),
  ...(["Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh"] as const),
] satisfies UnaryFunction[];
for (const name of unaryOfFloats) unary[name] = { function: name, types: floatOnly };

const binary: Record<string, { function: BinaryFunction; types: readonly NativeType[]; result?: NativeType }> = {
  Add: { function: "Add", types: numbers },
  Sub: { function: "Sub", types: numbers },
  Multiply: { function: "Mul", types: numbers },
  RealDiv: { function: "Div", types: floatOnly },
  FloorDiv: { function: "FloorDiv", types: numbers, result: "int32" },
  Mod: { function: "Mod", types: numbers },
  Maximum: { function: "Max", types: numbers },
  Minimum: { function: "Min", types: numbers },
  Pow: { function: "Pow", types: floatOnly },
  SquaredDifference: { function: "SquaredDifference", types: numbers },
  Greater: { function: "Greater", types: numbers, result: "bool" },
  GreaterEqual: { function: "GreaterOrEqual", types: numbers, result: "bool" },
  Less: { function: "Less", types: numbers, result: "bool" },
  LessEqual: { function: "LessOrEqual", types: numbers, result: "bool" },
  Equal: { function: "Equal", types: ["float32", "int32", "bool"], result: "bool" },
  NotEqual: { function: "NotEqual", types: ["float32", "int32", "bool"], result: "bool" },
  LogicalAnd: { function: "And", types: ["bool"] },
  LogicalOr: { function: "Or", types: ["bool"] },
  BitwiseAnd: { function: "BitwiseAnd", types: ["int32"] },
};

function unaryKernel({ function: name, types, result }: (typeof unary)[string]): NativeKernel {
  const attributes = { function: name };
  return ({ x }, _attributes, backend) => {
    if (!takes(types, x!)) return null;
    const node = backend.node(x!);
    if ((name === "Neg" || name === "Square") && isZero(node)) return zero(backend, node.shape, node.dtype);
    return backend.record("Unary", attributes, [node], node.shape, result ?? node.dtype);
  };
}

function binaryKernel({ function: name, types, result }: (typeof binary)[string]): NativeKernel {
  const attributes = { function: name };
  return ({ a, b }, _attributes, backend) => {
    if (!takes(types, a!) || a!.dtype !== b!.dtype) return null;
    const shape = backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    return simplified(name, a!, b!, shape, backend) ??
      backend.record("Binary", attributes, [backend.node(a!), backend.node(b!)], shape, result ?? (a!.dtype as NativeType));
  };
}

/** What needs no operation of its own because a side is known to be zero, or becomes a quicker one. */
function simplified(name: BinaryFunction, a: TensorInfo, b: TensorInfo, shape: number[], backend: RecordingBackend): TensorInfo | null {
  const [x, y] = [backend.node(a), backend.node(b)];
  if (name === "Add" && isZero(x) && sameShape(b.shape, shape)) return backend.share(b);
  if (name === "Add" && isZero(y) && sameShape(a.shape, shape)) return backend.share(a);
  if (name === "Mul" && (isZero(x) || isZero(y))) return zero(backend, shape, x.dtype);
  if (name === "Div" && isZero(x)) return zero(backend, shape, x.dtype);
  if (name !== "Mul") return null;
  // TensorFlow.js writes the gradient of a ReLU as dy · step(x).
  const [slope, step] = x.is("Step") ? [y, x] : [x, y];
  return step.is("Step") && step.attributes.alpha === 0 && sameShape(step.shape, slope.shape)
    ? backend.record("ReluGradient", null, [slope, step.inputs[0]!], shape, "float32")
    : null;
}

export const elementwiseKernels: KernelTable = {
  ...Object.fromEntries(Object.entries(unary).map(([name, spelling]) => [name, unaryKernel(spelling)])),
  ...Object.fromEntries(Object.entries(binary).map(([name, spelling]) => [name, binaryKernel(spelling)])),
  Prelu: ({ x, alpha }, _attributes, backend) => binaryKernel({ function: "Prelu", types: floatOnly })({ a: x!, b: alpha! }, {}, backend),
  EluGrad: ({ dy, y }, _attributes, backend) => binaryKernel({ function: "EluGradient", types: floatOnly })({ a: dy!, b: y! }, {}, backend),
  LeakyRelu: ({ x }, attributes, backend) => {
    const { alpha } = attributes as unknown as LeakyReluAttrs;
    return x!.dtype === "float32" ? backend.record("LeakyRelu", { alpha }, [backend.node(x!)], x!.shape, "float32") : null;
  },
  ClipByValue: ({ x }, attributes, backend) => {
    const { clipValueMin: min, clipValueMax: max } = attributes as unknown as ClipByValueAttrs;
    return x!.dtype === "float32" && min <= max ? backend.record("Clip", { min, max }, [backend.node(x!)], x!.shape, "float32") : null;
  },
  Step: ({ x }, attributes, backend) => {
    const { alpha } = attributes as Partial<StepAttrs>;
    return x!.dtype === "float32" ? backend.record("Step", { alpha: alpha ?? 0 }, [backend.node(x!)], x!.shape, "float32") : null;
  },
  AddN: (inputs, _attributes, backend) => {
    const terms = listOf(inputs);
    if (terms.length === 1) return backend.share(terms[0]!);
    const dtype = terms[0]!.dtype;
    if (!terms.every((term) => term.dtype === dtype) || (dtype !== "float32" && dtype !== "int32")) return null;
    const sum = terms.map((term) => backend.node(term)).reduce((a, b) => new GraphNode("Binary", { function: "Add" }, [a, b], a.shape, dtype));
    return backend.publish(sum);
  },
  Select: (inputs, _attributes, backend) => {
    const [condition, t, e] = [inputs.condition!, inputs.t!, inputs.e!];
    if (t.dtype !== e.dtype || condition.dtype !== "bool") return null;
    if (!isNativeType(t.dtype)) return null;
    // A vector chooses whole rows.
    const rows = condition.shape.length === 1 && t.shape.length > 1;
    const shape = rows ? [condition.shape[0]!, ...t.shape.slice(1).map(() => 1)] : condition.shape;
    const nodes = [{ ...condition, shape }, t, e].map((tensor) => backend.node(tensor));
    if (t.dtype !== "bool") return backend.record("Select", null, nodes, t.shape, t.dtype);
    // ONNX Runtime's Where takes no booleans.
    const [chooses, ...sides] = nodes as [GraphNode, GraphNode, GraphNode];
    const integers = sides.map((side) => new GraphNode("Cast", null, [side], side.shape, "int32"));
    return backend.record("Cast", null, [new GraphNode("Select", null, [chooses, ...integers], t.shape, "int32")], t.shape, "bool");
  },
  Cast: ({ x }, attributes, backend) => {
    const { dtype } = attributes as unknown as CastAttrs;
    if (dtype === x!.dtype) return backend.share(x!);
    if (!isNativeType(dtype) || !isNativeType(x!.dtype)) return null;
    return backend.record("Cast", null, [backend.node(x!)], x!.shape, dtype);
  },
};

function takes(types: readonly NativeType[], { dtype }: TensorInfo): boolean {
  return (types as readonly string[]).includes(dtype);
}
