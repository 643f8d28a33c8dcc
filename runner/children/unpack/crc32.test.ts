import { expect, it } from "vitest";
import { crc32, plainCrc32 } from "./crc32";

it("is CRC-32/ISO-HDLC, with and without zlib's, in pieces too", () => {
  const text = Buffer.from("123456789");
  // The check value of the catalogue of parametrised CRC algorithms.
  expect([crc32(text), plainCrc32(text), plainCrc32(text.subarray(4), plainCrc32(text.subarray(0, 4)))]).toEqual([0xcbf43926, 0xcbf43926, 0xcbf43926]);
});
