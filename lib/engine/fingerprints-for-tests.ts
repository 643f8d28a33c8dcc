import { startEngine } from "./index";
import { fingerprint, trainedWeights } from "./small-resnet";

/* For tests: trains the same network twice in a process of its own and prints what the weights' bits hash to. */

await startEngine({ threads: Number(process.argv[2]), force: "onnxruntime:cpu" });
console.log(JSON.stringify([1, 2].map(() => fingerprint(trainedWeights(3)))));
