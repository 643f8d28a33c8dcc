/*
 * Tries one of ONNX Runtime's execution providers in a process of its own: drivers that abort take only this one along.
 * `node probe-child.mjs SIDE PROVIDERS…`, each a JSON list as session options take it; the model comes on stdin. Prints
 * `{"ms": […]}`, how long a run took on each, or `{"error": …}`. Plain JavaScript, because it must start without a loader.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [side, ...providers] = process.argv.slice(2);

function measure(sessionProviders) {
  const { Tensor } = require("onnxruntime-node");
  const { binding, initOrt } = require("onnxruntime-node/dist/binding.js");
  initOrt();
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, { executionProviders: sessionProviders, logSeverityLevel: 4 });
  const input = new Tensor("float32", new Float32Array(side * side).fill(1 / side), [Number(side), Number(side)]);
  const run = () => {
    const started = performance.now();
    const { out } = session.run({ in: input }, { out: null }, {});
    // Every product of matrices of 1/n is one again: a device that computes something else is not to be used.
    if (!(Math.abs(out.data[0] * side - 1) < 0.01)) throw new Error(`it computes ${out.data[0] * side} where 1 is right`);
    return performance.now() - started;
  };
  run(); // compiles
  return Math.min(run(), run());
}

const model = readFileSync(0);
try {
  console.log(JSON.stringify({ ms: providers.map((given) => measure(JSON.parse(given))) }));
} catch (cause) {
  console.log(JSON.stringify({ error: cause instanceof Error ? cause.message : String(cause) }));
}
// At an ordinary exit, drivers may still abort on their way out; the answer is on its way already.
process.stdout.write("", () => process.exit());
