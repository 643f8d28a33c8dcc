import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./index";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

/** How many tensors and buffers `run` leaves behind. */
function leftBy(run: () => void): { tensors: number; buffers: number } {
  const before = tf.memory();
  run();
  const after = tf.memory();
  return { tensors: after.numTensors - before.numTensors, buffers: after.numDataBuffers - before.numDataBuffers };
}
const nothing = { tensors: 0, buffers: 0 };

/** x² whose gradient is 2x·dy, or an exception. */
function square(x: tf.Tensor, failsWith: string | null): tf.Tensor {
  const operation = tf.customGrad((value, save) => {
    const input = value as tf.Tensor;
    (save as (tensors: tf.Tensor[]) => void)([input]);
    return {
      value: tf.square(input),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
        const slope = tf.mul(tf.mul(saved!, 2), dy);
        if (failsWith) throw new Error(failsWith);
        return slope;
      },
    };
  });
  return operation(x);
}

describe("an exception in a custom gradient", () => {
  it("surfaces, leaves nothing, and the next gradient is right", () => {
    const x = tf.tensor1d([1, 2, 3]);
    const gradient = (failsWith: string | null) => tf.tidy(() => Array.from(tf.grad((input: tf.Tensor) => tf.sum(square(input, failsWith)))(x).dataSync()));
    expect(leftBy(() => expect(() => gradient("no slope today")).toThrow("no slope today"))).toEqual(nothing);
    expect(leftBy(() => expect(gradient(null)).toEqual([2, 4, 6]))).toEqual(nothing);
    x.dispose();
  });

  it("leaves the weights and momenta of a training as they were", () => {
    const weight = tf.variable(tf.tensor1d([1, -2]));
    const optimizer = tf.train.momentum(0.25, 0.5);
    const step = (failsWith: string | null) => tf.tidy(() => void optimizer.minimize(() => tf.sum(square(weight, failsWith)), false, [weight]));
    step(null); // w - 0.25 · 2w
    expect(Array.from(weight.dataSync())).toEqual([0.5, -1]);
    expect(leftBy(() => expect(() => step("lost")).toThrow("lost"))).toEqual(nothing);
    expect(Array.from(weight.dataSync())).toEqual([0.5, -1]);
    step(null); // the momentum was 2w of the first step: (1 + 1, -2 - 2), a quarter of which is taken
    expect(Array.from(weight.dataSync())).toEqual([0, 0]);
    tf.dispose([weight]);
    optimizer.dispose();
  });
});

describe("an exception in a loss function", () => {
  it("surfaces from minimize, leaves nothing, and the next step is as if it had not been", () => {
    const weight = tf.variable(tf.scalar(4));
    const optimizer = tf.train.sgd(0.25);
    const step = (fails: boolean) =>
      tf.tidy(() => {
        optimizer.minimize(() => {
          const loss = tf.square(weight) as tf.Scalar;
          if (fails) throw new RangeError("the loss is lost");
          return loss;
        }, false, [weight]);
      });
    for (let i = 0; i < 3; i++) expect(leftBy(() => expect(() => step(true)).toThrow("the loss is lost"))).toEqual(nothing);
    step(false); // 4 - 0.25 · 2 · 4
    expect(weight.dataSync()[0]).toBe(2);
    expect(leftBy(() => step(false))).toEqual(nothing);
    expect(weight.dataSync()[0]).toBe(1);
    weight.dispose();
  });

  it("that is no scalar, or of nothing that is trained, is refused by TensorFlow.js", () => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const optimizer = tf.train.sgd(0.1);
    const minimize = (loss: () => tf.Tensor) => tf.tidy(() => void optimizer.minimize(loss as () => tf.Scalar, false, [weight]));
    expect(leftBy(() => expect(() => minimize(() => tf.square(weight))).toThrow(/must return a scalar/))).toEqual(nothing);
    expect(leftBy(() => expect(() => minimize(() => tf.scalar(1))).toThrow(/Cannot find a connection/))).toEqual(nothing);
    expect(Array.from(weight.dataSync())).toEqual([1, 2]);
    weight.dispose();
  });
});

describe("an exception in a tidy", () => {
  it("disposes what was recorded and computed, nested or not", () => {
    expect(
      leftBy(() => {
        expect(() =>
          tf.tidy(() => {
            const x = tf.add(tf.ones([3]), 1);
            x.dataSync();
            return tf.tidy(() => {
              tf.mul(x, 2);
              throw new Error("out");
            });
          }),
        ).toThrow("out");
      }),
    ).toEqual(nothing);
  });
});
