import { StringDecoder } from "node:string_decoder";

/** What stands at the end of a line that was cut. */
export const cutMark = " … (line cut)";

/** A text that is at most `maxChars` long, the mark included; no half of a character is left. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars - cutMark.length);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}${cutMark}`;
}

/** Lines of a stream, each at most `maxChars` long however long the stream goes on without a line's end. */
export class LineSplitter {
  readonly #maxChars: number;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #skipping = false;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  push(piece: Buffer): string[] {
    const parts = (this.#rest + this.#decoder.write(piece)).split("\n");
    this.#rest = parts.pop()!;
    const lines: string[] = [];
    for (const part of parts) {
      if (this.#skipping) this.#skipping = false;
      else lines.push(cutText(part.replace(/\r$/, ""), this.#maxChars));
    }
    if (this.#skipping) this.#rest = "";
    else if (this.#rest.length > this.#maxChars) {
      lines.push(cutText(this.#rest, this.#maxChars));
      this.#rest = "";
      this.#skipping = true;
    }
    return lines;
  }

  /** What came after the last line's end, if anything. */
  end(): string[] {
    const rest = this.#skipping ? "" : this.#rest + this.#decoder.end();
    this.#rest = "";
    return rest === "" ? [] : [cutText(rest, this.#maxChars)];
  }
}
