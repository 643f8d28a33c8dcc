import type { Finders, Finding } from "./choose";
import { bindingFolder, loadNative, type Native } from "./native";
import { findCuda } from "./providers/find-cuda";
import { findWebGpu } from "./providers/find-webgpu";
import { findTensorFlow } from "./tensorflow/find";
import { findWasm } from "./wasm/find";

const nextStep = `onnxruntime-node has binaries for Linux, macOS and Windows; \`npm ci\` in Lathe's folder installs them.`;

/** Looks for the engines of this machine. @param load gives ONNX Runtime or throws what keeps it from loading */
export function findersOf(load: () => Native = loadNative): Finders {
  let loaded: Finding | undefined;
  const onnxRuntime = (): Finding => {
    try {
      load();
      return (loaded ??= { found: true });
    } catch (cause) {
      return (loaded = { found: false, why: `ONNX Runtime does not load: ${firstLine(cause)}`, nextStep });
    }
  };
  /** A provider needs ONNX Runtime itself first. */
  const onOnnxRuntime = (find: (forced: boolean) => Promise<Finding>) => async (forced: boolean) => {
    const base = onnxRuntime();
    return base.found ? find(forced) : base;
  };
  return {
    "onnxruntime:cuda": onOnnxRuntime(() => findCuda(bindingFolder())),
    "onnxruntime:webgpu": onOnnxRuntime((forced) => findWebGpu(forced)),
    "onnxruntime:cpu": onnxRuntime,
    tensorflow: () => findTensorFlow(),
    wasm: () => findWasm(),
  };
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0]!;
}
