import { describe, expect, it } from "vitest";
import { cutMark, cutText, LineSplitter } from "./lines";

describe("lines", () => {
  it("come out whole however the stream is cut, even within a character", () => {
    const bytes = Buffer.from("eins\r\nzwei 猫\n\ndrei");
    for (let size = 1; size < 6; size++) {
      const splitter = new LineSplitter(100);
      const lines: string[] = [];
      for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
      expect([...lines, ...splitter.end()]).toEqual(["eins", "zwei 猫", "", "drei"]);
    }
  });

  it("are cut with a mark, and the rest of an endless one is dropped", () => {
    const splitter = new LineSplitter(50);
    const lines = Array.from({ length: 1000 }, () => splitter.push(Buffer.from("x".repeat(100)))).flat();
    expect(lines).toEqual([`${"x".repeat(50 - cutMark.length)}${cutMark}`]);
    expect(splitter.push(Buffer.from("end\nnext\n"))).toEqual(["next"]);
  });

  it("are not cut within a surrogate pair", () => {
    const text = `${"x".repeat(99 - cutMark.length)}😀${"y".repeat(100)}`;
    expect(cutText(text, 100)).toBe(`${"x".repeat(99 - cutMark.length)}${cutMark}`);
  });
});
