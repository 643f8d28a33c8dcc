import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, it } from "vitest";
import { createSignature, normalize, predict, toInput } from "./preprocess";
import { buildResNet, initializeResNet } from "./resnet";

const signature = createSignature(64, ["a", "b"]);

beforeAll(async () => {
  await tf.setBackend("cpu");
});

it("evaluates as ImageNet does: the short side to 256/224 of the crop", () => {
  expect(createSignature(224, []).resizeShortSide).toBe(256);
  expect(signature.resizeShortSide).toBe(73);
});

it("normalises each channel with its own mean and deviation", () => {
  const values = normalize(Uint8Array.of(0, 0, 0, 255, 255, 255, 124, 116, 104), signature);
  // (0 - 0.485) / 0.229 and so on: the usual ImageNet constants; 124/255 ≈ 0.486 is close to the mean.
  const expected = [-2.1179, -2.0357, -1.8044, 2.2489, 2.4286, 2.64, 0.0056, -0.0049, 0.0082];
  expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 3));
});

it("reads bytes and floats in [0, 1] alike", () => {
  const bytes = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => i % 256);
  const floats = Float32Array.from(bytes, (byte) => byte / 255);
  const [a, b] = [toInput(bytes, signature), toInput(floats, signature)];
  expect(a.shape).toEqual([1, 64, 64, 3]);
  expect(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]).toBeLessThan(1e-5);
});

it("refuses a length that is no whole number of pictures", () => {
  expect(() => toInput(new Uint8Array(64 * 64 * 3 - 1), signature)).toThrow(expect.objectContaining({ code: "wrong_picture_shape" }));
  expect(() => toInput(new Uint8Array(0), signature)).toThrow(expect.objectContaining({ code: "wrong_picture_shape" }));
});

it("predicts rows of probabilities and leaves no tensor behind", async () => {
  const small = createSignature(8, ["a", "b", "c"]);
  const model = buildResNet({ preset: { block: "basic", blocks: [1, 1, 1, 1] }, classes: 3, stem: "small", width: 2 });
  initializeResNet(model, 1);
  const held = tf.memory().numTensors;
  const rows = await predict(model, small, new Uint8Array(2 * 8 * 8 * 3).fill(200));
  expect(rows.length).toBe(6);
  expect(rows[0]! + rows[1]! + rows[2]!).toBeCloseTo(1, 5);
  expect(tf.memory().numTensors).toBe(held);
  model.dispose();
});
