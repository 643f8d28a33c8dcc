import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { engineStatistics, startEngine } from "#lib/engine/index";
import { hashed } from "./parity/hash";
import { inTorchOrder, prepare, type ParityCase, type Parameter } from "./parity/prepare";

/** What PyTorch computed; the file's `origin` says which, when and how to do it again. */
type Stored = ParityCase & {
  losses: number[];
  lossesInFloat64: number[];
  /** of each parameter in the first step, in float64: its gradient's length, then its products with hashed vectors */
  gradients: Record<string, [number, ...number[]]>;
};

const { cases } = JSON.parse(readFileSync(new URL("parity/losses.json", import.meta.url), "utf8")) as { cases: Stored[] };

beforeAll(async () => {
  await startEngine({ threads: 2, force: "onnxruntime:cpu" });
});

describe.each(cases)("$network at $size px, batch of $batch, $stem stem", (stored) => {
  it("learns as in PyTorch: the same gradients at first, the same losses for 20 steps", { timeout: 120_000 }, async () => {
    const { model, parameters, x, targets } = prepare(stored);
    const lossOf = () => tf.losses.softmaxCrossEntropy(targets, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
    const variables = parameters.map(({ variable }) => variable);

    const { value, grads } = tf.variableGrads(lossOf, variables);
    const { whole, late } = distances(parameters, grads, stored.gradients);
    tf.dispose([value, grads]);
    // A ReLU whose input is within rounding of zero passes or stops, and every gradient before it shows that: PyTorch's
    // own float32 is up to 9e-4 from its float64 here. The last stage has too few of them to meet one.
    expect(whole).toBeLessThan(5e-3);
    expect(late).toBeLessThan(2e-5);

    const optimizer = tf.train.momentum(stored.learningRate, stored.momentum);
    const losses: number[] = [];
    while (losses.length < stored.losses.length) {
      const loss = optimizer.minimize(lossOf, true, variables)!;
      losses.push((await loss.data())[0]!);
      loss.dispose();
    }
    expect(largest(stored.losses, losses)).toBeLessThan(1e-3);
    expect(engineStatistics().fallbacks).toEqual({});

    optimizer.dispose();
    model.dispose();
    tf.dispose([x, targets]);
  });

  it("was stored from steps that learn, and that rounding alone does not part", () => {
    expect(stored.losses).toHaveLength(20);
    expect(stored.losses.at(-1)).toBeLessThan(stored.losses[0]! / 2);
    expect(largest(stored.losses, stored.lossesInFloat64)).toBeLessThan(5e-4);
  });
});

function largest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, step) => Math.abs(value - b[step]!)));
}

/**
 * The relative L2 distance of all gradients together, and the largest of a parameter's in the last stage. Estimated,
 * because only products with k vectors r of independent numbers in [-1, 1) are stored: E (d · r)² = |d|² / 3.
 */
function distances(parameters: readonly Parameter[], grads: tf.NamedTensorMap, stored: Stored["gradients"]): { whole: number; late: number } {
  expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(stored).sort());
  let [apart, length, late] = [0, 0, 0];
  for (const { name, variable } of parameters) {
    const [norm, ...products] = stored[name]!;
    const gradient = inTorchOrder(grads[variable.name]!);
    const squares = products.map((product, place) => (dot(gradient, hashed(`${name} ${place}`, gradient.length)) - product) ** 2);
    const distance = (3 * squares.reduce((sum, square) => sum + square, 0)) / products.length;
    apart += distance;
    length += norm ** 2;
    if (/^(layer4|fc)\./.test(name)) late = Math.max(late, Math.sqrt(distance) / norm, Math.abs(Math.sqrt(dot(gradient, gradient)) / norm - 1));
  }
  return { whole: Math.sqrt(apart / length), late };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += a[place]! * b[place]!;
  return sum;
}
