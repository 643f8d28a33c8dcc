import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs-core";
import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { engineStatistics, startEngine, type EngineName } from "#lib/engine/index";
import { buildResNet, initializeResNet } from "#lib/nn/resnet";
import type { Case } from "./cases";

/*
 * Our side of the benchmark, in a process of its own: `node worker.ts ENGINE THREADS`, one JSON request a line as
 * reference.py takes them. The network is an ordinary tf.layers model, trained by an ordinary optimizer.
 */

function networkOf(given: Case): LayersModel {
  if (given.network === "mlp") {
    const features = input({ shape: [given.features] });
    const hidden = given.hidden.reduce((x, units) => layers.dense({ units, activation: "relu" }).apply(x) as SymbolicTensor, features);
    return model({ inputs: features, outputs: layers.dense({ units: given.classes }).apply(hidden) as SymbolicTensor });
  }
  if (given.network === "lstm") {
    const sequence = input({ shape: [given.steps, given.features] });
    const last = layers.lstm({ units: given.units, recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" }).apply(sequence);
    return model({ inputs: sequence, outputs: layers.dense({ units: given.classes }).apply(last) as SymbolicTensor });
  }
  const net = buildResNet({ preset: given.network, classes: given.classes, stem: given.stem });
  initializeResNet(net, 1);
  return net;
}

function batchShape(given: Case): number[] {
  if (given.network === "mlp") return [given.batch, given.features];
  if (given.network === "lstm") return [given.batch, given.steps, given.features];
  return [given.batch, given.size, given.size, 3];
}

async function open(given: Case): Promise<() => Promise<void>> {
  const net = networkOf(given);
  const x = tf.randomNormal(batchShape(given), 0, 1, "float32", 1);
  if (given.mode === "predict") {
    return async () => {
      const answer = net.predict(x) as tf.Tensor;
      await answer.data();
      answer.dispose();
    };
  }
  const labels = tf.tensor1d(Array.from({ length: given.batch }, (_, place) => (place * 7) % given.classes), "int32");
  const targets = tf.cast(tf.oneHot(labels, given.classes), "float32");
  const optimizer = tf.train.momentum(0.01, 0.9);
  const variables = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return async () => {
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, net.apply(x, { training: true }) as tf.Tensor) as tf.Scalar, true, variables)!;
    await loss.data();
    loss.dispose();
  };
}

const [engine, threads] = process.argv.slice(2);
const started = await startEngine({ force: engine as EngineName, threads: Number(threads), spinning: true });
const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ ready: started.reason });

let step: (() => Promise<void>) | null = null;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { open?: Case; steps?: number };
  if (request.open) {
    step = await open(request.open);
    for (let warming = 0; warming < 4; warming++) await step();
    answer({});
  } else if (request.steps) {
    const before = engineStatistics();
    const seconds: number[] = [];
    for (let count = 0; count < request.steps; count++) {
      const from = performance.now();
      await step!();
      seconds.push((performance.now() - from) / 1000);
    }
    const { traceMs, runMs, buildMs, builds, poolBytes } = engineStatistics();
    answer({
      seconds,
      traceMs: (seconds.reduce((sum, each) => sum + each, 0) * 1000 - (runMs - before.runMs)) / request.steps,
      searchMs: (traceMs - before.traceMs) / request.steps,
      buildMs: buildMs / builds,
      poolBytes,
    });
  } else {
    answer({ bytes: process.resourceUsage().maxRSS * 1024 });
  }
}
