import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTensorFlow } from "./find";

// No libtensorflow can be had in every test: packages that do what the real one does when loaded stand in for it.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-tensorflow-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function packaged(name: string, code: string): Promise<string> {
  await mkdir(path.join(folder, name));
  const file = path.join(folder, name, "index.js");
  await writeFile(file, code);
  return file;
}

describe("finding libtensorflow", () => {
  it("says which packages would do where none is installed", async () => {
    expect(await findTensorFlow(null)).toMatchObject({
      found: false,
      why: "neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed",
      nextStep: expect.stringContaining("npm install @tensorflow/tfjs-node@4.22.0"),
    });
  });

  it("loads the package with what newer Nodes have taken out of `util`", async () => {
    const file = await packaged("works", 'if (!require("util").isNullOrUndefined(undefined)) throw new Error("no"); exports.backend = () => ({});');
    expect(await findTensorFlow(file)).toEqual({ found: true });
  });

  it("says why one that is installed does not load, or ends its process", async () => {
    const broken = await packaged("broken", 'throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: …");');
    expect(await findTensorFlow(broken)).toMatchObject({ found: false, why: `${broken} does not load: The Node.js native addon module (tfjs_binding.node) can not be found at path: …` });
    expect(await findTensorFlow(await packaged("aborts", "process.abort();"))).toMatchObject({ found: false, why: expect.stringContaining("SIGABRT") });
  });
});
