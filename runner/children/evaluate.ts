import { readFile } from "node:fs/promises";
import path from "node:path";
import { startEngine } from "#lib/engine/index";
import { openPictures } from "#lib/nn/pictures/pipeline";
import { bestFolder } from "#lib/protocol/child";
import { signature as signatureSchema } from "#lib/protocol/models";
import type { ChildContext, Ended, TaskOf } from "./context";
import { countParameters, readModel, toModelSignature } from "./model-files";
import { writeTestReport } from "./test-report";
import { readTrainingSet } from "./training-set";

/** Few at a time: the training before may have ended for want of memory. */
const batchSize = 8;

/** Measures the best weights of a training that was ended before it could. */
export async function evaluateBest(context: ChildContext, task: TaskOf<"evaluate">): Promise<Ended> {
  const folder = path.join(context.folders.output, bestFolder);
  const signature = toModelSignature(signatureSchema.parse(JSON.parse(await readFile(path.join(folder, "signature.json"), "utf8"))));
  const set = await readTrainingSet(context.folders.input);
  const engine = await startEngine({ threads: context.threads });
  await context.send({ type: "ready", engine: { name: engine.name, reason: engine.reason } });
  const model = await readModel(folder, signature);
  const pictures = openPictures({ ...set, signature, batchSize, seed: 0, cacheBytes: task.cacheBytes });
  try {
    await writeTestReport({
      output: context.folders.output,
      model,
      signature,
      batches: pictures.test(),
      keys: set.test.map(({ key }) => key),
      training: task.training,
    });
    return { type: "ended", reason: "completed", error: null, model: { parameterCount: countParameters(model) } };
  } finally {
    await pictures.close();
    model.dispose();
  }
}
