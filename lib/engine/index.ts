import os from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { RecordingBackend } from "./backend";
import { chooseEngine, type EngineName } from "./choose";
import { EngineError } from "./engine-error";
import { disposeAfterFailedGradients } from "./failed-gradients";
import { findersOf } from "./find-engines";
import { registerKernels } from "./kernels/register";
import { loadNative } from "./native";
import { providerOf } from "./providers/provider";
import { flushAfterEveryStep } from "./step-boundary";
import { endThreadsBetweenGraphs } from "./thread-end";
import { startWasm } from "./wasm/start";

export { EngineError } from "./engine-error";
export type { EngineName } from "./choose";

export type EngineOptions = {
  /** how many threads of the CPU one run may use; as many as there are cores if left out */
  threads?: number;
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
  /** on a device with memory of its own: values read back from there, and bytes fed from here */
  downloads: number;
  uploadedBytes: number;
  /** calls of each kernel that ran in plain JavaScript because ONNX has no equivalent */
  fallbacks: Record<string, number>;
};

const backendName = "onnxruntime";
const mostRecorded = 20_000;
const mostPlans = 32;

let recording: RecordingBackend | null = null;
let recordingName: EngineName = "onnxruntime:cpu";
let recordingThreads = 1;

/**
 * Makes the best engine of this process TensorFlow.js' current backend. Once for each process or worker: a second
 * start may change the engine, but ONNX Runtime's provider and `threads` stay as the first said.
 *
 * @throws EngineError if `force` or LATHE_ENGINE names an engine that does not exist or does not run here
 */
export async function startEngine(options: EngineOptions = {}): Promise<StartedEngine> {
  silenceAdvice();
  const { name, why } = await chooseEngine(options.force ?? (process.env.LATHE_ENGINE || undefined), findersOf());
  const threads = await start(name, options);
  const line = name === "onnxruntime:cpu" ? `${name} on ${threads} thread${threads === 1 ? "" : "s"}, ${why}` : `${name}, ${why}`;
  return { name, reason: line, threads };
}

/** When first used, TensorFlow.js' cpu backend tells people to install another engine; here, that has been decided. */
function silenceAdvice(): void {
  (tf.findBackend("cpu") as unknown as { firstUse: boolean }).firstUse = false;
}

/** @returns how many threads of the CPU it uses */
async function start(name: EngineName, options: EngineOptions): Promise<number> {
  switch (name) {
    case "cpu":
      await tf.setBackend("cpu");
      return 1;
    case "wasm":
      await startWasm();
      return 1;
    case "tensorflow":
      (await import("./tensorflow/load")).loadTensorFlow(); // which changes `util`: only where it has to
      await tf.setBackend("tensorflow");
      return os.availableParallelism();
    default:
      startRecording(name, options);
      await tf.setBackend(backendName);
      return recordingThreads;
  }
}

function startRecording(name: EngineName, options: EngineOptions): void {
  if (recording) {
    if (name !== recordingName) throw new EngineError(`This process runs on ${recordingName} already and cannot change to ${name}. Start another process for it.`);
    return;
  }
  recordingName = name;
  recordingThreads = Math.max(1, Math.floor(options.threads ?? os.availableParallelism()));
  const memoryBytes = os.totalmem();
  const backend = new RecordingBackend(loadNative(), tf.findBackend("cpu") as tf.KernelBackend, {
    threads: recordingThreads,
    provider: providerOf(name),
    maxPlans: mostPlans,
    maxBytes: memoryBytes / 4,
    maxPoolBytes: memoryBytes / 8,
    maxRecorded: mostRecorded,
  });
  recording = backend;
  registerKernels(backendName);
  tf.registerBackend(backendName, () => backend, 3);
  flushAfterEveryStep();
  disposeAfterFailedGradients();
  endThreadsBetweenGraphs();
}

/** What the engine has done since it started; all zero on any other. */
export function engineStatistics(): EngineStatistics {
  const { fallbacks, ...counters } = recording?.counters ?? { flushes: 0, cacheHits: 0, builds: 0, traceMs: 0, buildMs: 0, runMs: 0, fallbacks: new Map() };
  return {
    ...counters,
    cachedPlans: recording?.cachedPlans ?? 0,
    poolBytes: recording?.poolBytes ?? 0,
    ...(recording?.deviceTraffic ?? { downloads: 0, uploadedBytes: 0 }),
    fallbacks: Object.fromEntries(fallbacks),
  };
}
