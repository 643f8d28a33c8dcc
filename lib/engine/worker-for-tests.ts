import { parentPort, workerData } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { startEngine } from "./index";
import { trainedWeights } from "./small-resnet";

/* For tests: an engine in a worker thread of its own. Trains once, then, if told to be busy, computes without end. */

await startEngine({ threads: 1, force: "onnxruntime:cpu" });
parentPort!.postMessage(trainedWeights(3));
const { busy } = workerData as { busy: boolean };
const identity = tf.eye(512);
while (busy) {
  // Some 0.1 s inside of ONNX Runtime, after each message.
  parentPort!.postMessage("busy");
  const trace = tf.tidy(() => {
    let product: tf.Tensor2D = identity;
    for (let i = 0; i < 20; i++) product = tf.matMul(product, identity);
    return tf.sum(product).dataSync()[0];
  });
  if (trace !== 512) throw new Error(`The identity's sum is 512, not ${trace}.`);
}
