import * as tf from "@tensorflow/tfjs-core";
import { registerTrainingKernels } from "./training-kernels";

let registered = false;

/** Makes TensorFlow.js' WebAssembly backend the current one, with the gradients that it lacks. One thread: in Node it has no more. */
export async function startWasm(): Promise<void> {
  // Not at the top: importing it registers a backend, and only those who want it should have it.
  await import("@tensorflow/tfjs-backend-wasm");
  if (!registered) registerTrainingKernels();
  registered = true;
  await tf.setBackend("wasm");
}
