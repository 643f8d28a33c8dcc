import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Finding } from "../choose";
import { askChild } from "../providers/ask-child";

const require = createRequire(import.meta.url);

/** The first is on the GPU where it can be. */
const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];
const program = fileURLToPath(new URL("load-child.mjs", import.meta.url));
const nextStep =
  "`npm install @tensorflow/tfjs-node@4.22.0` brings it where storage.googleapis.com, which has its libtensorflow, can be reached.";

/** TensorFlow's own binding runs where one of its packages is installed and its libtensorflow loads. */
export async function findTensorFlow(installed: string | null = installedPackage()): Promise<Finding> {
  if (!installed) return { found: false, why: `neither ${packages.join(" nor ")} is installed`, nextStep };
  const loaded = await askChild<{ version: string }>(program, [installed], "", 60_000);
  if (!("error" in loaded)) return { found: true };
  return { found: false, why: `${installed} does not load: ${loaded.error}`, nextStep };
}

/** Where the package is that will be loaded, null if none is. */
export function installedPackage(): string | null {
  for (const name of packages) {
    try {
      return require.resolve(name);
    } catch {
      // not this one
    }
  }
  return null;
}
