import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { base64OfHex, holdsTheSame, md5Of } from "./checksum";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();

it("is MD5 for files read at once, in pieces, and several at the same time", async () => {
  const files = [0, 1, 5000, 4 * 1024 ** 2, 9 * 1024 ** 2 + 3].map((size) => new Uint8Array(size).fill(size & 255));
  const sums = await Promise.all(files.map((bytes) => md5Of(new Blob([bytes]))));
  expect(sums).toEqual(files.map((bytes) => md5(bytes).toString("hex")));
  expect(base64OfHex(sums[2]!)).toBe(md5(files[2]!).toString("base64"));
});

it("knows the same bytes put whole or in parts, and tells others of the same size from them", async () => {
  const part = 8 * 1024 ** 2;
  const bytes = new Uint8Array(2 * part + 10).map((_, i) => (i * 7) & 255);
  const sizeBytes = bytes.length;
  const sums = [0, part, 2 * part].map((at) => md5(bytes.subarray(at, at + part)));
  const inParts = `${md5(Buffer.concat(sums)).toString("hex")}-3`;
  const file = new Blob([bytes]);
  expect(await holdsTheSame(file, { sizeBytes, etag: md5(bytes).toString("hex") })).toBe(true);
  expect(await holdsTheSame(file, { sizeBytes, etag: inParts })).toBe(true);
  expect(await holdsTheSame(file, { sizeBytes, etag: inParts.replace("-3", "-2") })).toBe(false);
  expect(await holdsTheSame(file, { sizeBytes, etag: "0".repeat(32) })).toBe(false);
  expect(await holdsTheSame(file, { sizeBytes: sizeBytes + 1, etag: inParts })).toBe(false);
  expect(await holdsTheSame(file, { sizeBytes, etag: "opaque" })).toBe(false);
});
