import type { Finding } from "#lib/domain/dataset";
import { plural } from "../../work/words";
import type { Columns } from "./columns";
import type { Groups } from "./groups";

/** Below this side there is little to see in a picture. */
const tinySidePx = 32;
/** The largest label has so many times the pictures of the smallest. */
const imbalance = 5;
/** Variance of the Laplacian; of 4,015 real photographs one per cent has less than 33, blurred by 3 pixels they have 6 to 31. */
const blurredBelow = 40;
const darkBelow = 0.15;
const oddAspect = 3;

export type Findings = {
  findings: Finding[];
  /** which samples each is about, by their places in the columns */
  places: { code: string; places: number[] }[];
};

/** What is worth knowing of a dataset before training on it. Pure. */
export function findFindings(columns: Columns, { shownOf, groupOf, rows }: Groups, rejected: number): Findings {
  const { shortSide, longSide, sharpness, brightness } = columns;
  const some = (code: string, holds: (i: number) => boolean, say: (count: number) => { message: string; nextStep: string }) => {
    const places: number[] = [];
    for (let i = 0; i < columns.count; i++) if (holds(i)) places.push(i);
    return { code, places, finding: places.length > 0 ? { code, count: places.length, ...say(places.length) } : null };
  };
  const are = (count: number) => (count === 1 ? "is" : "are");
  const bySample = [
    some("contradicting_labels", (i) => shownOf[i]! >= 0 && rows[shownOf[i]!]!.conflicting, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} a copy or nearly a copy of one under another label.`,
      nextStep: "Decide on one label for each group, or drop the other copies: a network cannot learn both.",
    })),
    some("duplicates", (i) => groupOf[i]! >= 0, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} a copy or nearly a copy of another.`,
      nextStep: "Nothing has to be done: copies are kept on the same side of the split. Dropping them makes training quicker.",
    })),
    some("tiny_pictures", (i) => shortSide[i]! < tinySidePx, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} smaller than ${tinySidePx} px.`,
      nextStep: "Use larger ones if you have them; thumbnails teach little.",
    })),
    some("blurred", (i) => sharpness[i]! < blurredBelow, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} blurred or almost without detail.`,
      nextStep: "Look at them, and drop those on which you cannot tell the label yourself.",
    })),
    some("dark", (i) => brightness[i]! < darkBelow, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} very dark.`,
      nextStep: "Look at them, and drop those on which you cannot tell the label yourself.",
    })),
    some("odd_aspect", (i) => longSide[i]! > oddAspect * shortSide[i]!, (count) => ({
      message: `${plural(count, "picture")} ${are(count)} more than ${oddAspect} times as long as wide.`,
      nextStep: "Training crops pictures towards a square: crop these yourself where the subject would be cut.",
    })),
  ];
  const counts = countByLabel(columns);
  const ofAll = [missing(columns), ...bySample.map(({ finding }) => finding), unbalanced(columns.labels, counts), similarLabels(columns.labels, counts), manyRejected(columns.count, rejected)];
  return { findings: ofAll.filter((finding): finding is Finding => finding !== null), places: bySample.filter(({ places }) => places.length > 0).map(({ code, places }) => ({ code, places })) };
}

/** @param count samples whose names differ from another's only by Unicode normal form */
export function lookalikeKeys(count: number): Finding[] {
  if (count === 0) return [];
  return [{
    code: "lookalike_keys", count,
    message: `${plural(count, "picture")} ${count === 1 ? "has" : "have"} a name that reads like another's and differs only in how its accents are encoded.`,
    nextStep: "They are kept as different pictures, as the bucket has them. Look whether one is a copy that another computer made, and drop it.",
  }];
}

export function countByLabel({ labels, labelOf, count }: Columns): number[] {
  const counts = labels.map(() => 0);
  for (let i = 0; i < count; i++) if (labelOf[i]! >= 0) counts[labelOf[i]!]!++;
  return counts;
}

function missing({ count }: Columns): Finding | null {
  if (count > 0) return null;
  return { code: "no_pictures", message: "No picture could be taken in.", nextStep: "Look at the rejected files for the reasons, put them right and make the dataset again.", count: 0 };
}

function unbalanced(labels: readonly string[], counts: readonly number[]): Finding | null {
  if (labels.length < 2) return null;
  const most = counts.reduce((best, count, i) => (count > counts[best]! ? i : best), 0);
  const least = counts.reduce((best, count, i) => (count < counts[best]! ? i : best), 0);
  const rare = labels.filter((_, i) => counts[most]! >= counts[i]! * imbalance);
  if (rare.length === 0) return null;
  return {
    code: "class_imbalance",
    message: `"${labels[most]}" has ${plural(counts[most]!, "picture")}, "${labels[least]}" only ${counts[least]}: the rare label will be recognised less well.`,
    nextStep: `Add pictures of "${labels[least]}", or look at each label's own figures after training.`,
    count: rare.length,
    labels: rare.slice(0, 100),
  };
}

/** Labels that differ only in capitals, spaces or the way an accent is written: almost always a slip. */
function similarLabels(labels: readonly string[], counts: readonly number[]): Finding | null {
  const byPlain = new Map<string, string[]>();
  labels.forEach((label, i) => {
    if (counts[i] === 0) return;
    const plain = label.normalize("NFKC").toLowerCase().replace(/[\s_-]+/g, " ").trim();
    byPlain.set(plain, [...(byPlain.get(plain) ?? []), label]);
  });
  const alike = [...byPlain.values()].filter((same) => same.length > 1);
  if (alike.length === 0) return null;
  const named = alike.slice(0, 3).map((same) => same.map((label) => `"${label}"`).join(" and "));
  return {
    code: "similar_labels",
    message: `Labels differ only in capitals, spaces or hyphens: ${named.join("; ")}.`,
    nextStep: "If they mean the same, fold one into the other in a draft.",
    count: alike.length,
    labels: alike.flat().slice(0, 100),
  };
}

function manyRejected(samples: number, rejected: number): Finding | null {
  if (rejected === 0 || rejected < samples / 20) return null;
  return {
    code: "many_rejected",
    message: `${plural(rejected, "file")} of ${samples + rejected} could not be taken in.`,
    nextStep: "Look at the rejected files: each has its reason.",
    count: rejected,
  };
}
