import { EngineError } from "./engine-error";
import type { Native } from "./native";

export const engineNames = ["onnxruntime:cpu", "cpu"] as const;
export type EngineName = (typeof engineNames)[number];

export type Choice = {
  /** one line for people */
  reason: string;
} & ({ name: "onnxruntime:cpu"; native: Native } | { name: "cpu" });

/**
 * Decides which engine to run on.
 *
 * @param asked by the caller or LATHE_ENGINE; empty for the best there is
 * @param load gives ONNX Runtime or throws what keeps it from loading
 */
export function chooseEngine(asked: string | undefined, load: () => Native): Choice {
  if (asked && !(engineNames as readonly string[]).includes(asked)) {
    throw new EngineError(`There is no engine "${asked}". LATHE_ENGINE may be ${engineNames.map((name) => `"${name}"`).join(" or ")}, or unset.`);
  }
  if (asked === "cpu") return { name: "cpu", reason: "cpu, as asked: TensorFlow.js in plain JavaScript, slow" };
  let native: Native;
  try {
    native = load();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n", 1)[0]! : String(cause);
    if (asked) throw new EngineError(`onnxruntime:cpu was asked for, but ONNX Runtime does not load: ${why}. Unset LATHE_ENGINE for the next best.`, { cause });
    return { name: "cpu", reason: `cpu, slow: ONNX Runtime does not load here (${why})` };
  }
  const reason = asked ? "onnxruntime:cpu, as asked" : "onnxruntime:cpu, the fastest that runs here";
  return { name: "onnxruntime:cpu", native, reason };
}
