import { parentPort, workerData } from "node:worker_threads";
import { startEngine } from "./index";
import { trainedWeights } from "./small-resnet";

/* For tests: an engine in a worker thread of its own. Trains over and over if told to be busy, else once. */

await startEngine({ threads: 1, force: "onnxruntime:cpu" });
const { busy } = workerData as { busy: boolean };
do {
  parentPort!.postMessage(trainedWeights(3));
} while (busy);
