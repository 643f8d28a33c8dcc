import type { Split } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { splitFolders } from "../import/formats/labels";
import { below, notRepresented, numbered, rounded, type ExportSample, type MakeLayout, type Samples } from "./layout";

/** Pictures on no side: nobody takes this word for one. */
const noSide = "unsplit";
const sideName = (split: Split | null) => (split ? splitFolders[split] : noSide);

/**
 * A file for each side. `label`, which other readers pass over, keeps a picture's own label: COCO has none.
 * https://cocodataset.org/#format-data
 */
export const cocoLayout: MakeLayout = ({ sourcePrefix, facts }) => {
  const categoryIds = new Map(facts.boxLabels.map((label, i) => [label, i + 1]));
  const name = ({ key }: ExportSample) => below(sourcePrefix, key);
  return {
    place: (sample) => `images/${name(sample)}`,
    files: [...facts.sides].sort().map((split) => ({
      name: `annotations/instances_${sideName(split)}.json`,
      contentType: "application/json",
      text: (samples: Samples) => cocoText(samples, split, name, categoryIds),
    })),
    loses: [],
  };
};

async function* cocoText(samples: Samples, side: Split | null, name: (sample: ExportSample) => string, categoryIds: ReadonlyMap<string, number>): AsyncGenerator<string> {
  yield '{"info":{"description":"exported by Lathe"},\n"images":[';
  let between = "\n";
  for await (const sample of samples()) {
    if (sample.split !== side) continue;
    yield between + JSON.stringify({ id: sample.index + 1, file_name: name(sample), width: sample.width, height: sample.height, label: sample.label });
    between = ",\n";
  }
  yield '],\n"annotations":[';
  between = "\n";
  let id = 0;
  for await (const { index, split, width, height, boxes } of samples()) {
    if (split !== side) continue;
    for (const { label, left, top, right, bottom } of boxes) {
      const bbox = [left * width, top * height, (right - left) * width, (bottom - top) * height].map(rounded);
      yield between + JSON.stringify({ id: ++id, image_id: index + 1, category_id: categoryIds.get(label), bbox, area: rounded(bbox[2]! * bbox[3]!), iscrowd: 0, segmentation: [] });
      between = ",\n";
    }
  }
  yield `],\n"categories":${JSON.stringify([...categoryIds].map(([label, number]) => ({ id: number, name: label, supercategory: "" })))}}\n`;
}

/** https://docs.ultralytics.com/datasets/detect/ */
export const yoloLayout: MakeLayout = ({ facts }) => {
  if (facts.withBoxes === 0) {
    throw new LatheError({
      code: "export_no_boxes",
      message: "No picture of this version has boxes, and YOLO's format describes nothing else.",
      nextStep: "Draw boxes in a draft first, or export as split-folders, which YOLO's classification takes.",
      status: 422,
    });
  }
  const numbers = new Map(facts.boxLabels.map((label, i) => [label, i]));
  const folder = ({ split, index }: ExportSample) => `${sideName(split)}/${numbered(index)}`;
  return {
    place: (sample, ending) => `images/${folder(sample)}${ending}`,
    beside: (sample) => ({ name: `labels/${folder(sample)}.txt`, text: sample.boxes.map((box) => yoloLine(box, numbers)).join("") }),
    files: [
      {
        name: "data.yaml",
        contentType: "application/yaml",
        async *text() {
          yield "path: .\n";
          for (const split of facts.sides) if (split) yield `${splitFolders[split]}: images/${splitFolders[split]}\n`;
          yield `nc: ${numbers.size}\nnames:\n`;
          for (const [label, number] of numbers) yield `  ${number}: ${JSON.stringify(label)}\n`;
        },
      },
    ],
    loses: ["the pictures' names, and labels that no box has", ...notRepresented(facts.samples - facts.withBoxes, "pictures without boxes: their label")],
  };
};

function yoloLine({ label, left, top, right, bottom }: ExportSample["boxes"][number], numbers: ReadonlyMap<string, number>): string {
  const values = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top].map((value) => Number(value.toFixed(8)));
  return `${numbers.get(label)} ${values.join(" ")}\n`;
}
