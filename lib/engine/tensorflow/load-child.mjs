/* Loads the TensorFlow.js package named in a process of its own: libtensorflow aborts where the CPU lacks AVX. */
import { createRequire } from "node:module";
import "./node-util.mjs";

const require = createRequire(import.meta.url);
try {
  const tf = require(process.argv[2]);
  console.log(JSON.stringify({ version: tf.version_core ?? "unknown", gpu: Boolean(tf.backend().isUsingGpuDevice) }));
} catch (cause) {
  console.log(JSON.stringify({ error: (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] }));
}
