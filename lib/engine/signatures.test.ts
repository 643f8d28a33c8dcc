import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { startEngine } from "./index";
import { exactJson } from "./signatures";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

it("tells attributes apart that JSON writes alike", () => {
  const texts = [NaN, Infinity, -Infinity, null, 0, -0, "NaN"].map((value) => exactJson({ value }));
  expect(new Set(texts).size).toBe(texts.length);
});

it("compiles a graph for each of them", () => {
  const padded = (value: number) => tf.pad(tf.tensor1d([1, 2]), [[0, 1]], value).dataSync()[2];
  expect([NaN, Infinity, -Infinity, 3].map(padded)).toEqual([NaN, Infinity, -Infinity, 3]);
});
