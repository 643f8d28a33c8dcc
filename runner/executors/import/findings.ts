import type { Finding, LabelledSample as Sample, Rejection } from "#lib/domain/dataset";
import { plural } from "../../work/words";

/** Below this side there is little to see in a picture. */
const tinySidePx = 32;
/** The largest label has so many times the pictures of the smallest. */
const imbalance = 5;

/** What is worth knowing of a dataset before training on it. Pure. */
export function findFindings(samples: readonly Sample[], rejected: readonly Rejection[]): Finding[] {
  return [missingPictures(samples), ...duplicates(samples), unbalanced(samples), tiny(samples), similarLabels(samples), manyRejected(samples, rejected)].filter(
    (finding): finding is Finding => finding !== null,
  );
}

function missingPictures(samples: readonly Sample[]): Finding | null {
  if (samples.length > 0) return null;
  return {
    code: "no_pictures",
    message: "No picture could be taken in.",
    nextStep: "Look at the rejected files for the reasons, put them right and make the dataset again.",
    count: 0,
  };
}

function duplicates(samples: readonly Sample[]): (Finding | null)[] {
  const byContent = new Map<string, Sample[]>();
  for (const sample of samples) {
    const same = byContent.get(sample.sha256);
    if (same) same.push(sample);
    else byContent.set(sample.sha256, [sample]);
  }
  const repeated = [...byContent.values()].filter((same) => same.length > 1);
  const extra = repeated.reduce((sum, same) => sum + same.length - 1, 0);
  const contradicting = repeated.filter((same) => new Set(same.map(({ label }) => label)).size > 1);
  return [
    contradicting.length > 0
      ? {
          code: "contradicting_labels",
          message: `${plural(contradicting.length, "picture")} stand${contradicting.length === 1 ? "s" : ""} under more than one label, for example ${example(contradicting[0]!)}.`,
          nextStep: "Decide on one label for each and delete the other copies: a network cannot learn both.",
          count: contradicting.length,
        }
      : null,
    extra > 0
      ? {
          code: "duplicates",
          message: `${plural(extra, "file")} ${extra === 1 ? "is an exact copy" : "are exact copies"} of others, for example ${example(repeated[0]!)}.`,
          nextStep: "Nothing has to be done: copies are kept on the same side of the split. Deleting them makes training quicker.",
          count: extra,
        }
      : null,
  ];
}

function unbalanced(samples: readonly Sample[]): Finding | null {
  const counts = [...countByLabel(samples)].sort(([, a], [, b]) => b - a);
  const [most, least] = [counts[0], counts.at(-1)];
  if (!most || !least || most[1] < least[1] * imbalance) return null;
  return {
    code: "class_imbalance",
    message: `"${most[0]}" has ${plural(most[1], "picture")}, "${least[0]}" only ${least[1]}: the rare label will be recognised less well.`,
    nextStep: `Add pictures of "${least[0]}", or look at each label's own figures after training.`,
    count: counts.filter(([, count]) => most[1] >= count * imbalance).length,
  };
}

function tiny(samples: readonly Sample[]): Finding | null {
  const small = samples.filter(({ width, height }) => Math.min(width, height) < tinySidePx);
  const [first] = small;
  if (!first) return null;
  return {
    code: "tiny_pictures",
    message: `${plural(small.length, "picture")} ${small.length === 1 ? "is" : "are"} smaller than ${tinySidePx} px, for example ${first.key} with ${first.width}×${first.height}.`,
    nextStep: "Use larger ones if you have them; thumbnails teach little.",
    count: small.length,
  };
}

/** Labels that differ only in capitals, spaces or the way an accent is written: almost always a slip. */
function similarLabels(samples: readonly Sample[]): Finding | null {
  const byPlain = new Map<string, string[]>();
  for (const label of countByLabel(samples).keys()) {
    const plain = label.normalize("NFKC").toLowerCase().replace(/[\s_-]+/g, " ").trim();
    byPlain.set(plain, [...(byPlain.get(plain) ?? []), label]);
  }
  const alike = [...byPlain.values()].filter((labels) => labels.length > 1);
  if (alike.length === 0) return null;
  const named = alike.slice(0, 3).map((labels) => labels.map((label) => `"${label}"`).join(" and "));
  return {
    code: "similar_labels",
    message: `Labels differ only in capitals, spaces or hyphens: ${named.join("; ")}.`,
    nextStep: "If they mean the same, move their pictures into one folder and make the dataset again.",
    count: alike.length,
  };
}

function manyRejected(samples: readonly Sample[], rejected: readonly Rejection[]): Finding | null {
  if (rejected.length === 0 || rejected.length < samples.length / 20) return null;
  return {
    code: "many_rejected",
    message: `${plural(rejected.length, "file")} of ${samples.length + rejected.length} could not be taken in.`,
    nextStep: "Look at the rejected files: each has its reason.",
    count: rejected.length,
  };
}

export function countByLabel(samples: readonly { label: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of samples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function example(same: readonly Sample[]): string {
  return `${same[0]!.key} and ${same[1]!.key}`;
}
