import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const tsx = import.meta.resolve("tsx");
const aliases = new URL("register-aliases.ts", import.meta.url).href;

/** Outside of the repository: nothing that the program imports is installed there. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-program-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function program(name: string, code: string, env: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> {
  const file = path.join(folder, name);
  await writeFile(file, code);
  const settings = { ...process.env, LATHE_ENGINE: "", LATHE_THREADS: "1", NODE_OPTIONS: "", ...env };
  return run(process.execPath, ["--import", tsx, "--import", aliases, file], { cwd: folder, env: settings, timeout: 60_000 });
}

describe("an ordinary TensorFlow.js program", () => {
  it("trains, predicts, saves, loads and decodes on the chosen engine", async () => {
    const code = `
      import * as tf from "@tensorflow/tfjs-node-gpu";
      import { Tensor } from "@tensorflow/tfjs-core";
      const x = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]);
      const y = tf.tensor2d([[0], [1], [1], [1]]);
      const net = tf.sequential({ layers: [
        tf.layers.dense({ units: 8, activation: "relu", inputShape: [2], kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
        tf.layers.dense({ units: 1, activation: "sigmoid", kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
      ] });
      net.compile({ optimizer: tf.train.adam(0.1), loss: "binaryCrossentropy" });
      const { history } = await net.fitDataset(tf.data.zip({ xs: tf.data.array(x.arraySync()), ys: tf.data.array(y.arraySync()) }).batch(4), { epochs: 40, verbose: 0 });
      await net.save("file://${folder}/model");
      const loaded = await tf.loadLayersModel("file://${folder}/model/model.json");
      const picture = tf.node.decodeImage(await tf.node.encodePng(tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 2, 3], "int32")));
      let refusal = "";
      try { tf.node.tensorBoard("logs"); } catch (error) { refusal = error.message; }
      console.log(JSON.stringify({
        backend: tf.getBackend(),
        losses: [history.loss[0], history.loss.at(-1)],
        predictions: [...net.predict(x).dataSync()],
        again: [...loaded.predict(x).dataSync()],
        picture: picture.arraySync(),
        chained: x.add(1).matMul(tf.ones([2, 1])).sum().div(2).arraySync(),
        same: x instanceof Tensor && tf.Tensor === Tensor,
        refusal,
      }));
    `;
    const { stdout, stderr } = await program("train.mjs", code);
    expect(stderr).toMatch(/^Engine: onnxruntime:cpu on 1 thread, the fastest that runs here \(cuda: .*; webgpu: .*\)\n$/);
    const result = JSON.parse(stdout) as { losses: [number, number]; predictions: number[]; again: number[] };
    expect(result).toMatchObject({
      backend: "onnxruntime",
      picture: [[[1, 2, 3], [4, 5, 6]]],
      chained: 6, // rows of x + 1 sum to 2, 3, 3, 4
      same: true,
      refusal: expect.stringMatching(/tf.node.tensorBoard needs TensorFlow's own libraries/),
    });
    expect(result.losses[1]).toBeLessThan(result.losses[0] / 4);
    expect(result.predictions.map(Math.round)).toEqual([0, 1, 1, 1]);
    expect(result.again).toEqual(result.predictions);
  });

  it("may be TypeScript or CommonJS, and gets one namespace under every name", async () => {
    const typed = 'import tf from "@tensorflow/tfjs"; const two: number = 2; console.log(tf.getBackend(), tf.tensor([1, 2]).mul(two).arraySync());';
    expect((await program("typed.ts", typed)).stdout).toBe("onnxruntime [ 2, 4 ]\n");
    const common = `
      const tf = require("@tensorflow/tfjs-node");
      import("@tensorflow/tfjs-node-gpu").then((other) => console.log(tf.getBackend(), tf.tensor([1, 2]).mul(2).arraySync(), other.Tensor === tf.Tensor, require("@tensorflow/tfjs").node.decodePng === tf.node.decodePng, require("@tensorflow/tfjs-core").Tensor === tf.Tensor));
    `;
    expect((await program("common.cjs", common)).stdout).toBe("onnxruntime [ 2, 4 ] true true true\n");
  });

  it("runs on the engine asked for, or says why it cannot", async () => {
    const code = 'import * as tf from "@tensorflow/tfjs-node-gpu"; console.log(tf.getBackend(), tf.tensor([1, 2]).square().arraySync());';
    expect(await program("wasm.mjs", code, { LATHE_ENGINE: "wasm" })).toEqual({ stdout: "wasm [ 1, 4 ]\n", stderr: "Engine: wasm, as asked\n" });
    await expect(program("cuda.mjs", code, { LATHE_ENGINE: "onnxruntime:cuda" })).rejects.toThrow(/EngineError: The engine onnxruntime:cuda was asked for, but .*ONNXRUNTIME_NODE_INSTALL=cuda12|driver|no CUDA for/);
  });
});
