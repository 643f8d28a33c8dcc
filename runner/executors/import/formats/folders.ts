import { labelOfKey } from "#lib/domain/dataset";
import type { SourceFormat } from "../source";
import { itemOf } from "./join";
import { checkLabel, splitOfWord } from "./labels";
import { exportMarker } from "./marker";

/** The first folder level is the label. */
export const foldersFormat: SourceFormat = {
  name: "folders",
  async *read(source) {
    for await (const object of source.list()) {
      if (object.key === source.prefix + exportMarker) continue;
      const folder = labelOfKey(object.key, source.prefix);
      const label = folder === null ? { code: "no_label" as const, reason: "it lies in no folder; the first folder under the prefix is the label" } : checkLabel(folder);
      yield "label" in label ? { ...itemOf(object), label: label.label } : { ...itemOf(object), unlabelled: label };
    }
  },
};

/** `train/`, `val/`, `test/`, and the labels below. */
export const splitFoldersFormat: SourceFormat = {
  name: "split-folders",
  async *read(source) {
    for await (const object of source.list()) {
      if (object.key === source.prefix + exportMarker) continue;
      const [side, folder, ...rest] = object.key.slice(source.prefix.length).split("/");
      const split = folder !== undefined ? splitOfWord(side!) : null;
      if (!split) {
        yield { ...itemOf(object), unlabelled: { code: "no_label", reason: "it lies in none of the folders train, val and test" } };
        continue;
      }
      const label = rest.length === 0 ? { code: "no_label" as const, reason: `it lies in no label's folder of ${side}` } : checkLabel(folder!);
      yield "label" in label ? { ...itemOf(object), label: label.label, split } : { ...itemOf(object), unlabelled: label };
    }
  },
};

/** Pictures nobody has labelled yet. */
export const unlabelledFormat: SourceFormat = {
  name: "unlabelled",
  async *read(source) {
    for await (const object of source.list()) {
      yield { ...itemOf(object), unlabelled: { code: "no_label", reason: "the pictures are not labelled yet; leave the version open as a draft to label them" } };
    }
  },
};
