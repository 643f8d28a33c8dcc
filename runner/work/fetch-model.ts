import path from "node:path";
import { z } from "zod";
import { LatheError } from "#lib/domain/errors";
import { modelFileNames } from "#lib/protocol/child";
import { modelFile, signature as signatureSchema, type Signature } from "#lib/protocol/models";
import { artifactsBucket, modelFileKey } from "#storage/keys";
import type { ObjectStore } from "#storage/object-store";
import { download } from "./download";
import { untilStoreAnswers } from "./patience";

export type StoredModel = { workspaceId: string; modelVersionId: string; /** NAME@V */ model: string; files: unknown; signature: unknown };

/** Copies a model's files into a child's input folder, each checked against its version. @throws LatheError `model_damaged` */
export async function fetchModel(store: ObjectStore, version: StoredModel, inputFolder: string, signal: AbortSignal): Promise<Signature> {
  const { workspaceId, modelVersionId, model } = version;
  const files = z.array(modelFile).parse(version.files);
  for (const name of modelFileNames) {
    const expected = files.find((file) => file.name === name);
    if (!expected) throw new Error(`the version lists no ${name}`);
    const from = { bucket: artifactsBucket, key: modelFileKey(workspaceId, modelVersionId, name) };
    const found = await untilStoreAnswers(() => download(store, from, path.join(inputFolder, name), signal), signal);
    if (found.sha256 !== expected.sha256) {
      throw new LatheError({
        code: "model_damaged",
        message: `The file ${name} of ${model} is not the one that was stored: its sha-256 differs.`,
        nextStep: "Train the model again, and check the object store's disk.",
      });
    }
  }
  return signatureSchema.parse(version.signature);
}
