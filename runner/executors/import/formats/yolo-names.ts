import type { Source } from "../source";
import type { LabelList } from "./label-list";
import { checkLabel } from "./labels";
import { readWhole } from "./lines";

const maxBytes = 4 * 1024 ** 2;

/**
 * The `names` of a YOLO data set's YAML: `[a, b]`, a list of `- a`, or numbers with names. Only this much of YAML is read.
 * @returns null when it has no names
 */
export async function readYoloNames(source: Source, key: string): Promise<LabelList | null> {
  const names = yamlNames(await readWhole(await source.openBytes(key), key, maxBytes));
  return names.size === 0 ? null : { key, nameOf: (index) => names.get(index) };
}

export function yamlNames(text: string): Map<number, string> {
  const names = new Map<number, string>();
  const add = (index: number, raw: string) => {
    const label = checkLabel(scalar(raw));
    if ("label" in label) names.set(index, label.label);
  };
  const lines = text.split(/\r\n|\n|\r/);
  const start = lines.findIndex((line) => /^names\s*:/.test(line));
  if (start < 0) return names;
  const flow = [lines[start]!.slice(lines[start]!.indexOf(":") + 1), ...lines.slice(start + 1)].join("\n").trimStart();
  if (flow.startsWith("[") || flow.startsWith("{")) {
    items(flow).forEach((item, i) => {
      const keyed = flow.startsWith("{") ? /^\s*(\d+)\s*:\s*([^]*)$/.exec(item) : null;
      if (keyed) add(Number(keyed[1]), keyed[2]!);
      else if (flow.startsWith("[")) add(i, item);
    });
    return names;
  }
  let next = 0;
  for (const line of lines.slice(start + 1)) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const keyed = /^\s+(\d+)\s*:\s*(.*)$/.exec(line);
    const listed = /^\s*-\s+(.*)$/.exec(line);
    if (keyed) add(Number(keyed[1]), keyed[2]!);
    else if (listed) add(next++, listed[1]!);
    else break;
  }
  return names;
}

/** What stands between a flow's brackets, split at its commas outside quotes. */
function items(flow: string): string[] {
  const found: string[] = [];
  let item = "";
  let quote = "";
  for (const char of flow.slice(1)) {
    if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "]" || char === "}") break;
    else if (char === ",") {
      found.push(item);
      item = "";
      continue;
    }
    item += char;
  }
  return item.trim() === "" ? found : [...found, item];
}

function scalar(raw: string): string {
  const text = raw.trim();
  if (text.startsWith('"')) {
    try {
      return JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(text)?.[0] ?? text) as string;
    } catch {
      return text;
    }
  }
  if (text.startsWith("'")) return (/^'((?:[^']|'')*)'/.exec(text)?.[1] ?? text).replaceAll("''", "'");
  return text.replace(/\s+#.*$/, "");
}
