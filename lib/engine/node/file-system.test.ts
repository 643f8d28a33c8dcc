import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { layers, loadLayersModel, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "../index";
import { fileSystem, registerFileRouters } from "./file-system";

let folder: string;
beforeAll(async () => {
  await startEngine({ threads: 1, force: "cpu" });
  registerFileRouters();
  folder = await mkdtemp(path.join(tmpdir(), "lathe-models-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const net = () => sequential({ layers: [layers.dense({ units: 3, inputShape: [4] }), layers.dense({ units: 2 })] });
const predicted = (model: LayersModel) => Array.from((model.predict(tf.ones([1, 4])) as tf.Tensor).dataSync());

describe("file:// models", () => {
  it("come back as they were saved, optimizer settings and all", async () => {
    const model = net();
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const place = `file://${folder}/nested/model`;
    const { modelArtifactsInfo } = await model.save(place, { includeOptimizer: true });
    expect(modelArtifactsInfo).toMatchObject({ modelTopologyType: "JSON", weightDataBytes: 4 * (4 * 3 + 3 + 3 * 2 + 2 + 1) });
    expect((await readdir(path.join(folder, "nested/model"))).sort()).toEqual(["model.json", "weights.bin"]);
    const loaded = await loadLayersModel(`${place}/model.json`);
    expect(predicted(loaded)).toEqual(predicted(model));
    expect(loaded.loss).toBe("meanSquaredError");
  });

  it("are read by path, with weights in one file or several, beside the model or elsewhere", async () => {
    const model = net();
    await model.save(fileSystem(path.join(folder, "split")));
    const file = path.join(folder, "split/model.json");
    const weights = await readFile(path.join(folder, "split/weights.bin"));
    const json = JSON.parse(await readFile(file, "utf8")) as { weightsManifest: { paths: string[] }[] };
    json.weightsManifest[0]!.paths = ["a.bin", "b.bin"];
    await writeFile(file, JSON.stringify(json));
    await writeFile(path.join(folder, "split/a.bin"), weights.subarray(0, 10));
    await writeFile(path.join(folder, "split/b.bin"), weights.subarray(10));
    expect(predicted(await loadLayersModel(fileSystem(file)))).toEqual(predicted(model));
    expect(predicted(await loadLayersModel(fileSystem([file, path.join(folder, "split/weights.bin")])))).toEqual(predicted(model));
  });

  it("say what is missing or in the way", async () => {
    await writeFile(path.join(folder, "a-file"), "");
    await expect(net().save(`file://${folder}/a-file`)).rejects.toThrow("exists as a file. The path must be nonexistent or point to a directory.");
    await expect(loadLayersModel(`file://${folder}/nowhere/model.json`)).rejects.toThrow(/model.json .*nowhere\/model.json does not exist: loading failed/);
    await expect(loadLayersModel(`file://${folder}`)).rejects.toThrow(/is a folder. Load the file in it: .*model.json/);
    await writeFile(path.join(folder, "letter.json"), "Dear model,");
    await expect(loadLayersModel(`file://${folder}/letter.json`)).rejects.toThrow(/is no TensorFlow.js model/);
    await mkdir(path.join(folder, "half"));
    await net().save(`file://${folder}/half`);
    await rm(path.join(folder, "half/weights.bin"));
    await expect(loadLayersModel(`file://${folder}/half/model.json`)).rejects.toThrow(/weights file .*weights.bin does not exist/);
    expect(() => fileSystem(["a", "b", "c"])).toThrow(/length of 2/);
  });
});
