import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "./index";
import { fingerprint, trainedWeights } from "./small-resnet";

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

const started = (busy: boolean) => new Worker(new URL("worker-for-tests.mjs", import.meta.url), { workerData: { busy }, execArgv: [] });
const nextWeights = async (worker: Worker) => fingerprint(((await once(worker, "message")) as [Float32Array[]])[0]);

describe("engines in worker threads", () => {
  it("train at the same time as this thread's, each right", async () => {
    const workers = [started(false), started(false)];
    const ended = workers.map((worker) => once(worker, "exit"));
    const results = workers.map(nextWeights);
    const own = fingerprint(trainedWeights(3));
    expect(await Promise.all(results)).toEqual([own, own]);
    expect(await Promise.all(ended)).toEqual([[0], [0]]);
  });

  it("may be terminated inside a step, and harm nobody", async () => {
    const own = fingerprint(trainedWeights(3));
    const survivor = started(true);
    const failed = once(survivor, "error").then(([cause]) => Promise.reject(cause as Error));
    await Promise.race([once(survivor, "message"), failed]);
    for (let round = 0; round < 3; round++) {
      const victim = started(true);
      expect(await nextWeights(victim)).toBe(own);
      for (let graph = 0; graph < 2; graph++) await once(victim, "message"); // the second is already compiled
      await victim.terminate();
      await Promise.race([once(survivor, "message"), failed]);
      expect(fingerprint(trainedWeights(3))).toBe(own);
    }
    await survivor.terminate();
  });

  it("end with a process that ends while they compute", async () => {
    const program = `
      const { Worker } = await import("node:worker_threads");
      const { startEngine } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      await startEngine({ threads: 1, force: "onnxruntime:cpu" });
      const worker = new Worker(new URL(${JSON.stringify(new URL("worker-for-tests.mjs", import.meta.url).href)}), { workerData: { busy: true }, execArgv: [] });
      let messages = 0;
      worker.on("message", () => {
        if (++messages < 3) return;
        console.log("ends");
        process.exit(0);
      });
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    expect(stdout).toBe("ends\n");
  });
});
