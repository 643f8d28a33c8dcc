import type { Tensor as OrtTensor } from "onnxruntime-node";
import type { WindowGeometry } from "./conv-geometry";
import type { NativeArray, NativeType } from "./dtypes";
import type { SpatialGeometry } from "./spatial-geometry";
import { transition, type Layout } from "./layout";
import type { Shape } from "./shapes";
import { transposed } from "./transposed";
import { describeAttributes, signatureNumber } from "./signatures";

export type UnaryFunction =
  | "Relu"
  | "Relu6"
  | "Elu"
  | "Selu"
  | "Softplus"
  | "Exp"
  | "Expm1"
  | "Log"
  | "Log1p"
  | "Neg"
  | "Sqrt"
  | "Rsqrt"
  | "Square"
  | "Reciprocal"
  | "Abs"
  | "Sign"
  | "Floor"
  | "Ceil"
  | "Round"
  | "Sin"
  | "Cos"
  | "Tan"
  | "Asin"
  | "Acos"
  | "Atan"
  | "Sinh"
  | "Cosh"
  | "Tanh"
  | "Asinh"
  | "Acosh"
  | "Atanh"
  | "Erf"
  | "Sigmoid"
  | "Not"
  | "IsNaN"
  | "IsInf"
  | "IsFinite";

export type BinaryFunction =
  | "Add"
  | "Sub"
  | "Mul"
  | "Div"
  | "FloorDiv"
  | "Mod"
  | "Max"
  | "Min"
  | "Pow"
  | "SquaredDifference"
  | "Greater"
  | "GreaterOrEqual"
  | "Less"
  | "LessOrEqual"
  | "Equal"
  | "NotEqual"
  | "And"
  | "Or"
  | "BitwiseAnd"
  | "Prelu"
  | "EluGradient";

export type ReduceFunction = "Mean" | "Sum" | "Max" | "Min" | "Prod";
export type FusedActivation = "linear" | "relu" | "sigmoid";

/** What a recorded node may be, with what it needs to know besides its inputs. Axes and shapes are logical. */
export type OperationAttributes = {
  /** has its values already: written by the program, or computed by an earlier run */
  Leaf: null;
  /** zero whatever the data: lets gradients that cancel vanish from the graph */
  Zero: null;
  /** known when recorded, and part of the graph: the same call gives the same values in every step */
  Constant: { values: readonly number[] };
  Expand: null;
  Reshape: null;
  Unary: { function: UnaryFunction };
  LeakyRelu: { alpha: number };
  Clip: { min: number; max: number };
  Binary: { function: BinaryFunction };
  Cast: null;
  /** 1 where the input is above zero, else `alpha` */
  Step: { alpha: number };
  /** inputs: gradient, and the ReLU's input or output */
  ReluGradient: null;
  /** inputs: condition, then, else */
  Select: null;
  Reduce: { function: ReduceFunction; axes: readonly number[]; keepDims: boolean };
  /** inputs: a, b, perhaps a bias */
  MatMul: { transposeA: boolean; transposeB: boolean; activation: FusedActivation };
  /** inputs: x, filter, perhaps a bias */
  Conv: { geometry: WindowGeometry; activation: FusedActivation };
  /** inputs: dy, filter */
  ConvInputGradient: { geometry: WindowGeometry };
  /** inputs: x, dy */
  ConvFilterGradient: { geometry: WindowGeometry };
  /** inputs: x, filter [height, width, channels, outputs of each]; every channel is convolved alone */
  DepthwiseConv: { geometry: WindowGeometry };
  /** inputs: dy, filter */
  DepthwiseInputGradient: { geometry: WindowGeometry };
  /** inputs: x, dy */
  DepthwiseFilterGradient: { geometry: WindowGeometry };
  /** x [batch, ...sides, channels], filter [...sides, channels, outputs]; gradients as for Conv */
  SpatialConv: { geometry: SpatialGeometry };
  SpatialConvInputGradient: { geometry: SpatialGeometry };
  SpatialConvFilterGradient: { geometry: SpatialGeometry };
  SpatialPool: { function: "Max" | "Average"; geometry: SpatialGeometry };
  /** inputs: dy, x; of equal cells the first wins */
  SpatialMaxPoolGradient: { geometry: SpatialGeometry };
  /** input: dy. Every cell of a window gets the same, cells of padding counted. */
  AveragePoolGradient: { geometry: SpatialGeometry };
  MaxPool: { geometry: WindowGeometry };
  /** inputs: dy, x */
  MaxPoolGradient: { geometry: WindowGeometry };
  AveragePool: { geometry: WindowGeometry };
  Pad: { paddings: readonly (readonly [number, number])[]; value: number };
  Slice: { begin: Shape; size: Shape };
  /** from `begin` (-1 is the last) in steps of `strides`, the result's shape many */
  StridedSlice: { begin: Shape; strides: Shape };
  Transpose: { permutation: readonly number[] };
  Concat: { axis: number };
  Tile: { repetitions: readonly number[] };
  ArgMax: { axis: number };
  ArgMin: { axis: number };
  Gather: { axis: number };
  /** inputs: table, indices [..., K] of its first K axes */
  GatherNd: null;
  /** inputs: indices [..., K], updates, added up where they meet */
  ScatterNd: null;
  /** inputs: rows, and for each the segment it is added to; those of other segments than 0 ... are left out */
  SegmentSum: null;
  /** the largest along the last axis, largest first */
  TopK: { of: "values" | "indices" };
  CumulativeSum: { axis: number; exclusive: boolean; reverse: boolean };
  Einsum: { equation: string };
  OneHot: { depth: number; on: number; off: number };
  /** over the last axis */
  Softmax: null;
  /** inputs: x, mean, variance, and as the flags say offset and scale */
  BatchNorm: { epsilon: number; offset: boolean; scale: boolean };
  /** inputs: dy, x, mean, variance, perhaps scale; whose gradient, and whether mean and variance are x's own moments */
  BatchNormGradient: { of: "x" | "mean" | "variance" | "scale"; epsilon: number; scale: boolean; batchMoments: boolean };
};

export type Operation = keyof OperationAttributes;

/** Values in memory. */
export type Storage = {
  /** null once given back, and while they are in the device's memory only */
  values: NativeArray | null;
  layout: Layout;
  /** whether the buffer belongs to the pool */
  pooled: boolean;
  /** `values` as ONNX Runtime wants them, made when first fed; or where they are in the device's memory */
  tensor: OrtTensor | null;
};

/** One recorded operation, or values. Once run, a node that is still wanted turns into a leaf in place. */
export class GraphNode<Op extends Operation = Operation> {
  /** where the values are; null while only recorded */
  storage: Storage | null = null;
  /** why there will be no values */
  failure: Error | null = null;
  /** how many tensors show it */
  shown = 0;
  /** the last trace that met this node, and its place there */
  trace = 0;
  index = 0;
  /** see `signatures.ts`; 0 before it is asked for */
  #signature = 0;

  constructor(
    public operation: Op,
    public attributes: OperationAttributes[Op],
    public inputs: readonly GraphNode[],
    readonly shape: Shape,
    readonly dtype: NativeType,
  ) {}

  /** Tells what this node is, apart from its inputs; asked of those only that run. */
  get signature(): number {
    this.#signature ||= this.storage
      ? leafSignature(this.shape, this.dtype, isHostScalar(this) ? "scalar" : this.storage.layout)
      : signatureNumber(`${this.operation}|${describeAttributes(this.attributes)}|${this.shape.join()}|${this.dtype}`);
    return this.#signature;
  }

  is<Other extends Operation>(operation: Other): this is GraphNode<Other> {
    return (this.operation as Operation) === operation;
  }

  /** Attaches the values that a run computed and lets go of how they came about. */
  settle(storage: Storage, signature: number): void {
    const leaf = this as unknown as GraphNode<"Leaf">;
    leaf.operation = "Leaf";
    leaf.attributes = null;
    leaf.inputs = [];
    leaf.storage = storage;
    leaf.#signature = signature;
  }

  /** Rewrites a leaf's values from logical order to the layout given. */
  layOut(layout: Layout): void {
    const storage = this.storage!;
    storage.values!.set(transposed(storage.values!, this.shape, transition(layout, "logical", this.shape.length)));
    storage.layout = layout;
    storage.tensor = null;
    this.#signature = 0;
  }
}

export function leafNode(values: NativeArray, shape: Shape, dtype: NativeType, pooled: boolean): GraphNode<"Leaf"> {
  const node = new GraphNode("Leaf", null, [], shape, dtype);
  node.storage = { values, layout: "logical", pooled, tensor: null };
  return node;
}

/** Single values that the program wrote (a learning rate, a constant) are "scalar": they travel together, see `compile.ts`. */
export function leafSignature(shape: Shape, dtype: NativeType, place: Layout | "scalar"): number {
  return signatureNumber(`leaf|${shape.join()}|${dtype}|${place}`);
}

export function isHostScalar(node: GraphNode): boolean {
  return node.storage !== null && !node.storage.pooled && node.storage.values?.length === 1;
}
