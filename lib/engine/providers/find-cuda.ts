import { existsSync } from "node:fs";
import path from "node:path";
import type { Finding } from "../choose";
import { probeProviders, type Probe } from "./probe";
import { providers } from "./provider";

const libraries = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

/**
 * CUDA runs where its provider's libraries lie beside the binding and load (they want CUDA 12, cuDNN 9 and a driver).
 *
 * @param folder of the binding
 */
export async function findCuda(folder: string, probe: () => Promise<Probe> = multiply): Promise<Finding> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return {
      found: false,
      why: `onnxruntime-node has no CUDA for ${process.platform} ${process.arch}`,
      nextStep: "CUDA needs Linux on x64; onnxruntime:webgpu uses other graphics cards.",
    };
  }
  const missing = libraries.filter((library) => !existsSync(path.join(folder, library)));
  if (missing.length > 0) {
    return {
      found: false,
      why: "its provider libraries are not installed",
      nextStep: `${missing.join(" and ")} must lie in ${folder}; \`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node\` fetches them.`,
    };
  }
  const tried = await probe();
  if ("ms" in tried) return { found: true };
  return {
    found: false,
    why: `its provider does not load: ${tried.error}`,
    nextStep: "It needs an NVIDIA driver, CUDA 12 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH); `nvidia-smi` shows the driver.",
  };
}

function multiply(): Promise<Probe> {
  return probeProviders([providers.cuda], { side: 16, products: 1 });
}
