import { LatheError } from "#lib/domain/errors";
import type { Source } from "../source";
import { readWhole } from "./lines";
import { checkLabel, nameOf } from "./labels";

const listNames = /^(labels?|classes|class_names?|label_names?|label_list|obj)\.(txt|names|json)$|_rule\.json$/i;
const maxListBytes = 4 * 1024 ** 2;

export type LabelList = { key: string; nameOf(index: number): string | undefined };

/** Names of the labels by index: one a line, a JSON list, or a JSON object from index to name. @returns null when there is none */
export async function findLabelList(source: Source): Promise<LabelList | null> {
  const { objects } = await source.level(source.prefix);
  const key = source.file ?? objects.map(({ key }) => key).find((key) => listNames.test(nameOf(key)));
  return key === undefined ? null : readLabelList(source, key);
}

export async function readLabelList(source: Source, key: string): Promise<LabelList> {
  const text = await readWhole(await source.openBytes(key), key, maxListBytes);
  const names = /\.json$/i.test(key) ? namesOfJson(key, text) : new Map(text.trimEnd().split(/\r\n|\n|\r/).map((line, index) => [index, line]));
  for (const [index, name] of names) {
    const label = checkLabel(name);
    if (!("label" in label)) throw unusable(key, `number ${index}: ${label.reason}`);
    names.set(index, label.label);
  }
  return { key, nameOf: (index) => names.get(index) };
}

function namesOfJson(key: string, text: string): Map<number, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable(key, "it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw unusable(key, "it is neither a list nor an object of names");
  const entries = Object.entries(value).map(([index, name]) => [Number(index), name] as const);
  for (const [index, name] of entries) {
    if (!Number.isInteger(index) || typeof name !== "string") throw unusable(key, "it is neither a list nor an object of names");
  }
  return new Map(entries as [number, string][]);
}

function unusable(key: string, why: string): LatheError {
  return new LatheError({
    code: "label_list_unusable",
    message: `"${key}" cannot be read as the list of labels: ${why}.`,
    nextStep: "Write one label a line, the first being number 0.",
    status: 422,
  });
}
