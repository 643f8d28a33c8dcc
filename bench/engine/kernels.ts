import * as tf from "@tensorflow/tfjs-core";
import type { ConvolutionWork } from "./convolutions";

/** One pass of a convolution alone, as a layer of lib/nn/resnet.ts has it. */
export function convolutionStep({ batch, size, channelsIn, channelsOut, kernel, stride, pass, copies }: ConvolutionWork): () => Promise<void> {
  const pad = (kernel - 1) / 2;
  const filterShape = [kernel, kernel, channelsIn, channelsOut] as [number, number, number, number];
  const attributes = { strides: [stride, stride], pad: [[0, 0], [pad, pad], [pad, pad], [0, 0]], dataFormat: "NHWC", dilations: [1, 1] };
  const run = <Output extends tf.Tensor>(name: string, inputs: Record<string, tf.Tensor>, more = {}) =>
    tf.engine().runKernel(name, inputs, { ...attributes, ...more }) as Output;

  const filter = filterFor(filterShape, 1);
  const pairs = Array.from({ length: copies }, (_, copy) => {
    const x = asConvolved([batch, size, size, channelsIn], copy);
    return { x, dy: run(tf.Conv2D, { x, filter }) };
  });
  return stepOf(() =>
    pairs.map(({ x, dy }) => {
      if (pass === "forward") return run(tf.Conv2D, { x, filter });
      if (pass === "input gradient") return run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape });
      return run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape });
    }),
  );
}

/** The product of two square matrices. */
export function productStep(side: number): () => Promise<void> {
  const [a, b] = [1, 2].map((seed) => tf.randomNormal([side, side], 0, 1, "float32", seed)) as [tf.Tensor2D, tf.Tensor2D];
  return stepOf(() => [tf.matMul(a, b)]);
}

/** A map as a network hands it on: whatever layout the engine gives to a convolution's output, not that of a program's array. */
function asConvolved(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  return tf.tidy(() => {
    const written = tf.randomNormal<tf.Rank.R4>([...shape.slice(0, 3), 1] as typeof shape, 0, 1, "float32", seed);
    return tf.conv2d(written, filterFor([1, 1, 1, shape[3]], seed), 1, "valid");
  });
}

/** A filter that has been trained once, for the same reason. */
function filterFor(shape: [number, number, number, number], seed: number): tf.Variable<tf.Rank.R4> {
  return tf.variable(tf.randomNormal<tf.Rank.R4>(shape, 0, 0.1, "float32", seed));
}

/**
 * Outputs stay where the engine leaves them: reading them would be timed, too. Reading one unrelated number makes a
 * recording engine run everything that tensors show.
 */
function stepOf(outputs: () => tf.Tensor[]): () => Promise<void> {
  const one = tf.scalar(1);
  return async () => {
    const results = outputs();
    const bell = tf.neg(one);
    await bell.data();
    tf.dispose([...results, bell]);
  };
}
