import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, it } from "vitest";
import { createSignature, predict } from "./preprocess";
import { buildResNet, initializeResNet } from "./resnet";
import { loadModel, saveModel } from "./save";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

async function tinySaved() {
  const signature = createSignature(16, ["甜甜圈", "sandwich", "__proto__"]);
  const model = buildResNet({ preset: { block: "basic", blocks: [1, 1, 1, 1] }, classes: 3, stem: "small", width: 4 });
  initializeResNet(model, 3);
  return { model, signature, files: await saveModel(model, signature) };
}

it("gives bit-equal probabilities after save and load, and leaves no tensor behind", async () => {
  const { model, signature, files } = await tinySaved();
  const pixels = Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const before = await predict(model, signature, pixels);
  const held = tf.memory().numTensors;
  const loaded = await loadModel(files);
  const after = await predict(loaded.model, loaded.signature, pixels);
  expect(after).toEqual(before);
  expect(loaded.signature).toEqual(signature);
  expect(loaded.model.weights.map((weight) => weight.originalName)).toEqual(model.weights.map((weight) => weight.originalName));
  loaded.model.dispose();
  expect(tf.memory().numTensors).toBe(held);
  model.dispose();
});

it.each(["weights.bin", "model.json", "signature.json"] as const)("says that a model with a cut %s is broken", async (name) => {
  const { model, files } = await tinySaved();
  const cut = { ...files, [name]: files[name].slice(0, files[name].length - 4) };
  await expect(loadModel(cut)).rejects.toMatchObject({ code: "model_broken", nextStep: expect.stringContaining("Train") });
  model.dispose();
});
