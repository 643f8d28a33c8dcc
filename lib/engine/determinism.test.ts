import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./index";
import { batchOf, fingerprint, lossOf, smallResNet, trainedWeights, variablesOf, weightsOf } from "./small-resnet";

// Sums are split by the number of threads: programs with one thread are compared with each other, those with two with each other.
beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

async function inChild(threads: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", new URL("fingerprints-for-tests.ts", import.meta.url).pathname, String(threads)], {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return JSON.parse(stdout) as string[];
}

describe("the same program with the same seed", () => {
  it("gives the same bits again, in another process, and beside other work", async () => {
    const first = fingerprint(trainedWeights(3));
    expect(fingerprint(trainedWeights(3))).toBe(first);

    const worker = new Worker(new URL("worker-for-tests.mjs", import.meta.url), { workerData: { busy: false }, execArgv: [] });
    const finished = once(worker, "message") as Promise<[Float32Array[]]>;
    const ended = once(worker, "exit");
    const [beside, elsewhere] = [fingerprint(trainedWeights(3)), await inChild(1)];
    expect(beside).toBe(first);
    expect(elsewhere).toEqual([first, first]);
    expect(fingerprint((await finished)[0])).toBe(first);
    await ended;
  });

  it("gives the same bits again on two threads", async () => {
    const [first, again] = await inChild(2);
    expect(again).toBe(first);
  });
});

describe("two networks trained in turn", () => {
  it("come to the weights that each comes to alone", () => {
    const alone = fingerprint(trainedWeights(3));
    const nets = [smallResNet(), smallResNet()].map((net) => ({ net, optimizer: tf.train.momentum(0.02, 0.9) }));
    for (let seed = 1; seed <= 3; seed++) {
      for (const { net, optimizer } of nets) tf.tidy(() => void optimizer.minimize(lossOf(net, batchOf(6, seed)), false, variablesOf(net)));
      // A prediction in between changes nothing but the place where graphs are cut.
      nets[0]!.net.predict(batchOf(2, seed).x);
    }
    expect(nets.map(({ net }) => fingerprint(weightsOf(net)))).toEqual([alone, alone]);
  });
});
