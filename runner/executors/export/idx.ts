import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { splits, type Split } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { readGreyPng } from "../import/formats/grey-png";
import { mapOrdered } from "../import/formats/map-ordered";
import type { ExportSample, MakeLayout, Samples, Target } from "./layout";

const concurrency = 16;
const maxPixels = 2048 * 2048;
const names: Record<Split, string> = { train: "train", validation: "validation", test: "t10k" };

/** http://yann.lecun.com/exdb/mnist/; the labels' names beside, which the format has no place for. */
export const idxLayout: MakeLayout = (target) => {
  const { facts } = target;
  if (facts.labels.length > 256) {
    throw refused("export_too_many_labels", `idx files tell 256 labels apart, and this version has ${facts.labels.length}.`);
  }
  if (facts.sizes.length > 1) throw refused("export_sizes_differ", `idx files hold pictures of one size, and this version has some of ${facts.sizes.join(" and of ")} pixels.`);
  const numbers = new Map(facts.labels.map((label, i) => [label, i]));
  const sides = splits.filter((split) => facts.labelledOn[split] > 0);
  return {
    place: () => null,
    files: [
      { name: "labels.txt", contentType: "text/plain; charset=utf-8", text: () => Readable.from(facts.labels.map((label) => `${label}\n`)) },
      ...sides.flatMap((side) => [
        { name: `${names[side]}-labels-idx1-ubyte.gz`, contentType: "application/gzip", text: (samples: Samples) => packed(labelsOf(target, side, samples, numbers)) },
        { name: `${names[side]}-images-idx3-ubyte.gz`, contentType: "application/gzip", text: (samples: Samples) => packed(imagesOf(target, side, samples)) },
      ]),
    ],
    loses: ["the pictures' names", ...(facts.unlabelled > 0 ? [`${facts.unlabelled} pictures without a label`] : []), ...(facts.withBoxes > 0 ? [`${facts.withBoxes} pictures' boxes`] : [])],
  };
};

async function* labelsOf({ facts }: Target, side: Split, samples: Samples, numbers: ReadonlyMap<string, number>): AsyncGenerator<Uint8Array> {
  yield header(0x801, facts.labelledOn[side]);
  for await (const { label } of on(side, samples)) yield Uint8Array.of(numbers.get(label!)!);
}

async function* imagesOf({ facts, read }: Target, side: Split, samples: Samples): AsyncGenerator<Uint8Array> {
  const [width, height] = facts.sizes[0]!.split(" × ").map(Number) as [number, number];
  yield header(0x803, facts.labelledOn[side], height, width);
  yield* mapOrdered(on(side, samples), concurrency, async (sample) => {
    const picture = readGreyPng(await read(sample), maxPixels);
    if (picture?.width === width && picture.height === height) return picture.pixels;
    throw refused("export_pictures_not_grey", `idx files hold grey pictures, and "${sample.key}" is no grey PNG of 8 bits.`);
  });
}

async function* on(side: Split, samples: Samples): AsyncGenerator<ExportSample> {
  for await (const sample of samples()) if (sample.label !== null && sample.split === side) yield sample;
}

function header(magic: number, ...sizes: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * sizes.length);
  for (const [i, value] of [magic, ...sizes].entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

async function* packed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const source = Readable.from(content, { objectMode: true });
  source.on("error", (error) => gzip.destroy(error));
  yield* source.pipe(gzip) as AsyncIterable<Uint8Array>;
}

function refused(code: string, message: string): LatheError {
  return new LatheError({ code, message, nextStep: "Export in another format; split-folders keeps every picture as it is.", status: 422 });
}
