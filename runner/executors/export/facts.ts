import type { Split } from "#lib/domain/dataset";
import { splitOfWord } from "../import/formats/labels";
import { below, type Facts, type Samples } from "./layout";

export async function gatherFacts(samples: Samples, prefix: string): Promise<Facts> {
  const labels = new Set<string>();
  const boxLabels = new Set<string>();
  /** "train" and "training" are one side, but two folders */
  const words = new Map<Split | null, string | undefined>();
  const facts: Facts = { samples: 0, unlabelled: 0, labels: [], boxLabels: [], withBoxes: 0, sides: new Set(), inLabelFolders: true, inSplitFolders: true, labelledOn: { train: 0, validation: 0, test: 0 }, sizes: [] };
  for await (const { key, label, split, boxes, width, height } of samples()) {
    facts.samples++;
    facts.sides.add(split);
    if (boxes.length > 0) facts.withBoxes++;
    for (const box of boxes) boxLabels.add(box.label);
    if (label === null) {
      facts.unlabelled++;
      continue;
    }
    labels.add(label);
    if (split) facts.labelledOn[split]++;
    const size = `${width} × ${height}`;
    if (facts.sizes.length < 2 && !facts.sizes.includes(size)) facts.sizes.push(size);
    const [first, second, ...rest] = below(prefix, key).split("/");
    facts.inLabelFolders &&= first === label && second !== undefined;
    facts.inSplitFolders &&= second === label && rest.length > 0 && splitOfWord(first!) === split && (words.get(split) ?? first) === first;
    words.set(split, first);
  }
  facts.labels = [...labels].sort();
  facts.boxLabels = [...boxLabels].sort();
  return facts;
}
