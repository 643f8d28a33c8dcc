/*
 * What is bundled and run: the engine, and the tests that tfjs-core ships for whoever writes a backend. Gradients and
 * chained operations register themselves, as in the test setups of TensorFlow.js' own backends.
 */
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import { startEngine } from "../index";

await startEngine({ threads: 1, force: "onnxruntime:cpu" });
setTestEnvs([{ name: "onnxruntime", backendName: "onnxruntime", isDataSync: true }]);
// Not before: tests are declared for the environments that are known when they load.
await import("@tensorflow/tfjs-core/dist/tests");
