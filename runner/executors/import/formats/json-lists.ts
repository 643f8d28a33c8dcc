import { StringDecoder } from "node:string_decoder";
import type { Readable } from "node:stream";

/** One element of a list at the top of a JSON object. `value` is undefined when it is too long or broken. */
export type Element = { list: string; index: number; value: unknown; problem: string };

const maxElementCharacters = 4 * 1024 ** 2;

/**
 * The elements of the lists that a JSON object holds at its top, one by one, however large the file: an element is held,
 * the file never. Everything else at the top is passed over.
 * @param wanted names of the lists. @throws Error with a person's sentence when the text as a whole is broken
 */
export async function* readJsonLists(bytes: Readable, wanted: ReadonlySet<string>): AsyncGenerator<Element> {
  const decoder = new StringDecoder("utf8");
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** the text at depth 1 since the last comma, to find the name before a list */
  let name = "";
  let list: string | null = null;
  let index = 0;
  let element = "";
  let tooLong = false;
  let begun = false;
  let ended = false;

  const take = (): Element | null => {
    const text = element.trim();
    const long = tooLong;
    element = "";
    tooLong = false;
    if (text === "" && !long) return null;
    const at = { list: list!, index: index++ };
    if (long) return { ...at, value: undefined, problem: `it is longer than ${maxElementCharacters} characters` };
    try {
      return { ...at, value: JSON.parse(text) as unknown, problem: "" };
    } catch {
      return { ...at, value: undefined, problem: "it is broken JSON" };
    }
  };

  for await (const piece of bytes) {
    const text = decoder.write(piece as Buffer);
    // Most of a file is inside elements: their text is taken in stretches.
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (inString) {
        if (escaped) escaped = false;
        else if (unit === 92) escaped = true;
        else if (unit === 34) inString = false;
      } else if (unit === 34) inString = true;
      else if (unit === 123 || unit === 91) {
        depth++;
        if (depth === 1) {
          if (unit !== 123 || begun) throw new Error("it is not a JSON object");
          begun = true;
          name = "";
          from = i + 1;
          continue;
        }
        if (depth === 2) {
          name += text.slice(from, i);
          const key = /"((?:[^"\\]|\\.)*)"\s*:\s*$/.exec(name.slice(-1000))?.[1];
          list = unit === 91 && key !== undefined && wanted.has(key) ? key : null;
          index = 0;
          element = "";
          from = i + 1;
          continue;
        }
      } else if (unit === 125 || unit === 93) {
        depth--;
        if (depth < 0) throw new Error("it closes more brackets than it opens");
        if (depth === 1 && list !== null) {
          hold(text.slice(from, i));
          const last = take();
          if (last) yield last;
        }
        if (depth <= 1) {
          if (depth === 1) list = null;
          else ended = true;
          name = "";
          from = i + 1;
        }
      } else if (unit === 44 && depth === 2 && list !== null) {
        hold(text.slice(from, i));
        const one = take();
        if (one) yield one;
        from = i + 1;
      } else if (!begun && unit > 32 && unit !== 0xfeff) throw new Error("it is not a JSON object");
    }
    if (list !== null) hold(text.slice(from));
    else if (depth === 1) name = (name + text.slice(from)).slice(-1000);
  }
  if (!ended) throw new Error(begun ? "it ends in the middle" : "it is empty");

  function hold(stretch: string) {
    if (tooLong) return;
    element += stretch;
    if (element.length > maxElementCharacters) {
      tooLong = true;
      element = "";
    }
  }
}
