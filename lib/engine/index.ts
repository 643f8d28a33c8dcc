import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";

export { EngineError } from "./engine-error";

export type EngineOptions = {
  /** how many threads one step may use */
  threads?: number;
  /** whether idle threads keep a core busy while they wait for work; quicker when nothing else runs */
  spinning?: boolean;
  /** takes this engine, whatever LATHE_ENGINE says */
  force?: "onnxruntime:cpu" | "cpu";
};

export type StartedEngine = {
  /** as LATHE_ENGINE spells it */
  name: "onnxruntime:cpu" | "cpu";
  /** one line for people: which engine and why */
  reason: string;
  threads: number;
};

/** Chooses the engine of this process, registers it with TensorFlow.js and makes it the current backend. */
export async function startEngine(_options: EngineOptions = {}): Promise<StartedEngine> {
  await tf.setBackend("cpu");
  return { name: "cpu", reason: "Engine: TensorFlow.js on the CPU, the only one here", threads: 1 };
}
