import os from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { RecordingBackend } from "./backend";
import { chooseEngine, type EngineName } from "./choose";
import { registerKernels } from "./kernels/register";
import { loadNative } from "./native";
import { flushAfterEveryStep } from "./step-boundary";

export { EngineError } from "./engine-error";
export type { EngineName } from "./choose";

export type EngineOptions = {
  /** how many threads one run may use; as many as there are cores if left out */
  threads?: number;
  /** whether threads without work keep their core busy for a moment: quicker alone, slower beside other work. Default false. */
  spinning?: boolean;
  /** this engine, whatever LATHE_ENGINE says */
  force?: EngineName;
};

export type StartedEngine = {
  name: EngineName;
  /** one line for people: which engine and why */
  reason: string;
  threads: number;
};

export type EngineStatistics = {
  /** graphs run, those of them compiled before, and compiled new */
  flushes: number;
  cacheHits: number;
  builds: number;
  /** in all, ms: finding what to run, compiling, running */
  traceMs: number;
  buildMs: number;
  runMs: number;
  /** compiled graphs kept */
  cachedPlans: number;
  /** memory kept for the next tensors */
  poolBytes: number;
  /** calls of each kernel that ran in plain JavaScript because ONNX has no equivalent */
  fallbacks: Record<string, number>;
};

const backendName = "onnxruntime";
const mostRecorded = 20_000;
const mostPlans = 32;

let recording: RecordingBackend | null = null;
let recordingThreads = 1;

/**
 * Makes the best engine of this process TensorFlow.js' current backend. Once for each process or worker: a second
 * start may change the engine, but `threads` and `spinning` stay as the first said.
 *
 * @throws EngineError if `force` or LATHE_ENGINE names an engine that does not exist or does not run here
 */
export async function startEngine(options: EngineOptions = {}): Promise<StartedEngine> {
  const choice = chooseEngine(options.force ?? (process.env.LATHE_ENGINE || undefined), loadNative);
  if (choice.name === "cpu") {
    await tf.setBackend("cpu");
    return { name: "cpu", reason: choice.reason, threads: 1 };
  }
  if (!recording) {
    recordingThreads = Math.max(1, Math.floor(options.threads ?? os.availableParallelism()));
    const memoryBytes = os.totalmem();
    const backend = new RecordingBackend(choice.native, tf.findBackend("cpu") as tf.KernelBackend, {
      threads: recordingThreads,
      spinning: options.spinning ?? false,
      maxPlans: mostPlans,
      maxBytes: memoryBytes / 4,
      maxPoolBytes: memoryBytes / 8,
      maxRecorded: mostRecorded,
    });
    recording = backend;
    registerKernels(backendName);
    tf.registerBackend(backendName, () => backend, 3);
    flushAfterEveryStep();
  }
  await tf.setBackend(backendName);
  return { name: choice.name, reason: `${choice.reason}, on ${recordingThreads} thread${recordingThreads === 1 ? "" : "s"}`, threads: recordingThreads };
}

/** What the engine has done since it started; all zero on any other. */
export function engineStatistics(): EngineStatistics {
  const { fallbacks, ...counters } = recording?.counters ?? { flushes: 0, cacheHits: 0, builds: 0, traceMs: 0, buildMs: 0, runMs: 0, fallbacks: new Map() };
  return {
    ...counters,
    cachedPlans: recording?.cachedPlans ?? 0,
    poolBytes: recording?.poolBytes ?? 0,
    fallbacks: Object.fromEntries(fallbacks),
  };
}
