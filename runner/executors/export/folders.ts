import { LatheError } from "#lib/domain/errors";
import { splitFolders } from "../import/formats/labels";
import { below, notRepresented, numbered, type ExportSample, type MakeLayout, type Target } from "./layout";

/** Pictures without a label lie in no folder, since a folder would be one; the number keeps two of one name apart. */
const loose = ({ index, key }: ExportSample) => `${numbered(index)}-${key.slice(key.lastIndexOf("/") + 1)}`;

export const foldersLayout: MakeLayout = (target) => {
  requireFolderNames(target);
  const name = nameBelow(target, target.facts.inLabelFolders ? 1 : 0);
  return {
    place: (sample) => (sample.label === null ? loose(sample) : `${sample.label}/${name(sample)}`),
    files: [],
    loses: ["the split: a new one is made on import", ...notRepresented(target.facts.withBoxes, "pictures' boxes")],
  };
};

export const splitFoldersLayout: MakeLayout = (target) => {
  requireFolderNames(target);
  const name = nameBelow(target, target.facts.inLabelFolders ? 1 : target.facts.inSplitFolders ? 2 : 0);
  return {
    place: (sample) =>
      sample.label === null || sample.split === null
        ? `unlabelled/${below(target.sourcePrefix, sample.key)}`
        : `${splitFolders[sample.split]}/${sample.label}/${name(sample)}`,
    files: [],
    loses: notRepresented(target.facts.withBoxes, "pictures' boxes"),
  };
};

/** The key without the folders that the layout makes itself. They go only where all keys have them: else two could become the same. */
function nameBelow({ sourcePrefix }: Target, folders: number): (sample: ExportSample) => string {
  return ({ key }) => below(sourcePrefix, key).split("/").slice(folders).join("/");
}

function requireFolderNames({ facts }: Target): void {
  const label = facts.labels.find((one) => one.includes("/") || one === "." || one === "..");
  if (label === undefined) return;
  throw new LatheError({
    code: "export_label_not_a_folder",
    message: `The label ${JSON.stringify(label)} cannot be the name of a folder.`,
    nextStep: "Export as CSV, where a label may be any text, or rename it in a new version.",
    status: 422,
  });
}
