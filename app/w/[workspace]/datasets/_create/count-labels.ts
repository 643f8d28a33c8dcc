import { labelOfKey } from "#lib/domain/dataset";
import { isName } from "#lib/domain/names";

/** How many objects each label would have, from the keys under a prefix; `loose` lie directly under it. */
export type LabelPreview = { labels: { label: string; count: number }[]; loose: number; total: number };

export const emptyPreview: LabelPreview = { labels: [], loose: 0, total: 0 };

/** Adds one more page of keys. */
export function countLabels(before: LabelPreview, keys: readonly string[], prefix: string): LabelPreview {
  const counts = new Map(before.labels.map(({ label, count }) => [label, count]));
  let loose = before.loose;
  for (const key of keys) {
    const label = labelOfKey(key, prefix);
    if (label === null) loose++;
    else counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => (a.label < b.label ? -1 : 1));
  return { labels, loose, total: before.total + keys.length };
}

/** What stands in the way of training later; the first that applies. */
export function previewProblem({ labels, total }: LabelPreview): { key: "nothing" | "noFolders" | "oneLabel" | "fewPictures"; label: string } | null {
  if (total === 0) return { key: "nothing", label: "" };
  if (labels.length === 0) return { key: "noFolders", label: "" };
  if (labels.length === 1) return { key: "oneLabel", label: labels[0]!.label };
  const small = labels.find(({ count }) => count < 3);
  return small ? { key: "fewPictures", label: small.label } : null;
}

/** A dataset name out of where the pictures are: the last folder, else the bucket. "" when neither makes a name. */
export function proposeName(bucket: string, prefix: string): string {
  const folder = prefix.split("/").filter(Boolean).at(-1);
  for (const text of [folder, bucket]) {
    const name = (text ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
    if (isName(name)) return name;
  }
  return "";
}
