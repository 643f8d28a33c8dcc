import { IntlMessageFormat } from "intl-messageformat";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "./en";
import zh from "./zh-cn";

function flatten(messages: object, path = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(messages)) {
    const place = path ? `${path}.${key}` : key;
    if (typeof value === "string") flat.set(place, value);
    else for (const [inner, text] of flatten(value as object, place)) flat.set(inner, text);
  }
  return flat;
}

type Part = { type: number; value?: string; options?: Record<string, { value: Part[] }>; children?: Part[] };

/** Names of the placeholders and tags of a message, wherever they stand in it. */
function namesIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => [
    // 0 is plain text and 7 the "#" of a plural
    ...(part.type === 0 || part.type === 7 ? [] : [part.value ?? ""]),
    ...Object.values(part.options ?? {}).flatMap((option) => namesIn(option.value)),
    ...namesIn(part.children ?? []),
  ]);
}

const namesOf = (text: string, locale: string) => [...new Set(namesIn(new IntlMessageFormat(text, locale).getAst() as Part[]))].sort();

describe("English and Chinese", () => {
  const english = flatten(en);
  const chinese = flatten(zh);

  it("have the same keys", () => {
    expect([...chinese.keys()].filter((key) => !english.has(key)), "only in Chinese").toEqual([]);
    expect([...english.keys()].filter((key) => !chinese.has(key)), "only in English").toEqual([]);
  });

  it("have the same placeholders", () => {
    for (const [key, text] of english) expect(namesOf(chinese.get(key) ?? "", "zh-CN"), key).toEqual(namesOf(text, "en"));
  });

  it("leave nothing empty", () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe("");
  });

  it("name every file of a room", () => {
    const camel = (file: string) => file.replace(/\.json$/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    for (const folder of ["en", "zh-CN"]) {
      const files = readdirSync(new URL(`./${folder}/`, import.meta.url)).map(camel).sort();
      expect(files, folder).toEqual(Object.keys(en).sort());
    }
  });
});
