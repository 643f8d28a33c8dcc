import type { Readable } from "node:stream";
import { LatheError } from "#lib/domain/errors";

/** A line without its end. `text` is null when it is longer than allowed; bytes that are no UTF-8 become U+FFFD. */
export type Line = { number: number; text: string | null };

/** The text's lines, numbered from 1, whatever ends them (LF, CR LF, CR); a byte order mark is dropped. No line is held beyond its limit. */
export async function* readLines(bytes: Readable, maxLineBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let held = "";
  let tooLong = false;
  let afterReturn = false;
  for await (const text of readText(bytes)) {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit !== 10 && unit !== 13) {
        afterReturn = false;
        continue;
      }
      if (unit === 10 && afterReturn) {
        afterReturn = false;
        start = i + 1;
        continue;
      }
      afterReturn = unit === 13;
      const line = held + text.slice(start, i);
      yield { number: number++, text: tooLong || line.length > maxLineBytes ? null : line };
      held = "";
      tooLong = false;
      start = i + 1;
    }
    held += text.slice(start);
    if (held.length > maxLineBytes) {
      tooLong = true;
      held = "";
    }
  }
  if (held !== "" || tooLong) yield { number, text: tooLong ? null : held };
}

/** A stream of bytes as pieces of text: UTF-8, or UTF-16 where its byte order mark says so, which Excel writes. */
export async function* readText(bytes: Readable): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let head = Buffer.alloc(0);
  for await (const piece of bytes) {
    if (decoder) {
      yield decoder.decode(piece as Buffer, { stream: true });
      continue;
    }
    head = Buffer.concat([head, piece as Buffer]);
    if (head.length < 2) continue;
    decoder = decoderOf(head);
    yield decoder.decode(head, { stream: true });
  }
  decoder ??= new TextDecoder();
  yield head.length < 2 ? decoder.decode(head) : decoder.decode();
}

function decoderOf(head: Buffer): TextDecoder {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le");
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be");
  return new TextDecoder();
}

/**
 * A small text whole.
 * @throws LatheError `annotation_too_large`
 */
export async function readWhole(bytes: Readable, key: string, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of bytes) {
    parts.push(part as Buffer);
    sizeBytes += (part as Buffer).length;
    if (sizeBytes > maxBytes) {
      bytes.destroy();
      throw new LatheError({
        code: "annotation_too_large",
        message: `"${key}" has more than ${maxBytes} bytes, which is more than such a file ever needs.`,
        nextStep: "Check that it is the file that was meant.",
        status: 422,
      });
    }
  }
  const whole = Buffer.concat(parts);
  return decoderOf(whole).decode(whole);
}
