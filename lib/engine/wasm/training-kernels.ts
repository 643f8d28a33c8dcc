import * as tf from "@tensorflow/tfjs-core";
import { convGeometry, type WindowGeometry } from "../conv-geometry";
import { depthwiseFilterGradient, depthwiseInputGradient, filterGradient, inputGradient } from "./convolution-gradients";

type Windowing = Pick<tf.Conv2DBackpropFilterAttrs, "strides" | "pad" | "dataFormat" | "dimRoundingMode">;
type Inputs = Record<string, tf.Tensor4D>;
type Compute = (inputs: Inputs, attributes: never) => tf.Tensor;

const backendName = "wasm";

function geometryOf(input: readonly number[], filter: readonly number[], { strides, pad, dataFormat, dimRoundingMode }: Windowing): WindowGeometry {
  if (dataFormat === "NCHW") throw new Error("The wasm engine has gradients of NHWC convolutions only.");
  return convGeometry(input, filter, strides, 1, pad as Parameters<typeof convGeometry>[4], dimRoundingMode);
}

/** A depthwise convolution moves its windows as an ordinary one does. */
function depthwiseGeometryOf(input: readonly number[], filter: readonly number[], windowing: Windowing): WindowGeometry {
  return geometryOf(input, [filter[0]!, filter[1]!, filter[2]!, filter[2]! * filter[3]!], windowing);
}

/** Those that the WebAssembly backend lacks, and those of its own that take a whole step's time. */
const kernels: Record<string, Compute> = {
  [tf.Conv2DBackpropFilter]: ({ x, dy }, attributes: tf.Conv2DBackpropFilterAttrs) =>
    filterGradient(x!, dy!, geometryOf(x!.shape, attributes.filterShape, attributes)),
  // Its own, at 2 GFLOP/s, would take most of a step.
  [tf.Conv2DBackpropInput]: ({ dy, filter }, attributes: tf.Conv2DBackpropInputAttrs) =>
    inputGradient(dy!, filter!, geometryOf(attributes.inputShape, filter!.shape, attributes)),
  [tf.DepthwiseConv2dNativeBackpropFilter]: ({ x, dy }, attributes: tf.DepthwiseConv2dNativeBackpropFilterAttrs) => {
    const { filterShape, ...windowing } = attributes;
    return depthwiseFilterGradient(x!, dy!, depthwiseGeometryOf(x!.shape, filterShape, { ...windowing, dataFormat: "NHWC" }), filterShape[3]);
  },
  [tf.DepthwiseConv2dNativeBackpropInput]: ({ dy, filter }, attributes: tf.DepthwiseConv2dNativeBackpropInputAttrs) => {
    const { inputShape, ...windowing } = attributes;
    return depthwiseInputGradient(dy!, filter!, depthwiseGeometryOf(inputShape, filter!.shape, { ...windowing, dataFormat: "NHWC" }));
  },
};

/** Registers what training needs beside TensorFlow.js' own WebAssembly kernels. Once, before the backend starts. */
export function registerTrainingKernels(): void {
  for (const [kernelName, compute] of Object.entries(kernels)) {
    replace(kernelName, ({ inputs, attrs }) => compute(inputs as unknown as Inputs, attrs as never));
  }
  replaceTransposedProducts();
  for (const { kernelName } of tf.getKernelsForBackend("cpu")) {
    if (!tf.getKernel(kernelName, backendName)) replace(kernelName, (call) => onCpu(kernelName, call));
  }
}

/** Products of transposed matrices run at 0.4 GFLOP/s there: transposing first is many times as fast. */
function replaceTransposedProducts(): void {
  const { kernelFunc: product } = tf.getKernel(tf.BatchMatMul, backendName)!;
  replace(tf.BatchMatMul, (call) => {
    const { transposeA, transposeB } = call.attrs as unknown as tf.BatchMatMulAttrs;
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    // Other kernels call this one with what is no tensor to compute with.
    if ((!transposeA && !transposeB) || !(a instanceof tf.Tensor) || !(b instanceof tf.Tensor)) return product(call);
    return tf.tidy(() => tf.matMul(transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b));
  });
}

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const [last, before] = [axes.pop()!, axes.pop()!];
  return tf.transpose(x, [...axes, last, before]);
}

/** A kernel that only TensorFlow.js' plain JavaScript has: values are copied there and back. */
function onCpu(kernelName: string, { inputs, attrs, backend }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo | tf.TensorInfo[] {
  const host = tf.findBackend("cpu") as tf.KernelBackend;
  const own = backend as tf.KernelBackend;
  const copy = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({ dataId: host.write(own.readSync(dataId), shape, dtype), shape, dtype });
  const copies = Object.entries(inputs).map(([name, input]) => [name, copy(input!)] as const);
  const arranged = Array.isArray(inputs) ? copies.map(([, copy]) => copy) : Object.fromEntries(copies);
  const results = tf.getKernel(kernelName, "cpu")!.kernelFunc({ inputs: arranged as tf.NamedTensorInfoMap, attrs, backend: host });
  const back = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => {
    if (dtype === "complex64") throw new Error(`The wasm engine has no complex numbers, which ${kernelName} gives.`);
    const values = host.readSync(dataId);
    host.disposeData(dataId);
    return { dataId: own.write(values, shape, dtype), shape, dtype };
  };
  const returned = Array.isArray(results) ? results.map(back) : back(results);
  for (const [, { dataId }] of copies) host.disposeData(dataId);
  return returned;
}

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  const original = tf.getKernel(kernelName, backendName);
  if (original) tf.unregisterKernel(kernelName, backendName);
  // The original may be called still: what binds it to the WebAssembly module has to stay.
  tf.registerKernel({ ...original, kernelName, backendName, kernelFunc });
}
