import { readFile } from "node:fs/promises";
import path from "node:path";
import type { PictureSample } from "#lib/nn/pictures/pipeline";
import { samplesFile, trainingSet } from "#lib/protocol/child";

export type OpenedSet = { labels: string[]; train: PictureSample[]; validation: PictureSample[]; test: PictureSample[] };

export async function readTrainingSet(input: string): Promise<OpenedSet> {
  const { labels, samples } = trainingSet.parse(JSON.parse(await readFile(path.join(input, samplesFile), "utf8")));
  const of = (split: string) =>
    samples
      .filter((sample) => sample.split === split)
      .map(({ key, file, labelIndex }) => ({ key, path: path.join(input, file), labelIndex }));
  return { labels, train: of("train"), validation: of("validation"), test: of("test") };
}
