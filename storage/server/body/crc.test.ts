import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumOfParts, runningChecksum } from "./checksum";
import { combineCrc32, crc32, crc32c, crc32WithoutZlib, runningCrc64Nvme, combineCrc64Nvme } from "./crc";

const digits = Buffer.from("123456789");

describe("CRCs", () => {
  it("have the check values of the catalogue of parametrised CRC algorithms", () => {
    // https://reveng.sourceforge.io/crc-catalogue/all.htm: CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME
    expect(crc32(digits).toString(16)).toBe("cbf43926");
    expect(crc32WithoutZlib(digits).toString(16)).toBe("cbf43926");
    expect(crc32c(digits).toString(16)).toBe("e3069283");
    const crc64 = runningCrc64Nvme();
    crc64.update(digits);
    expect(crc64.digest().toString("hex")).toBe("ae8b14860a799888");
  });

  it("do not depend on how the bytes come", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.constantFrom("CRC32", "CRC32C", "CRC64NVME", "SHA256"), (pieces, algorithm) => {
        const [inPieces, whole] = [runningChecksum(algorithm), runningChecksum(algorithm)];
        for (const piece of pieces) inPieces.update(piece);
        whole.update(Buffer.concat(pieces));
        expect(inPieces.digest().equals(whole.digest())).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(crc32WithoutZlib(bytes)).toBe(crc32(bytes));
    }));
  });

  it("of two pieces combine to that of the whole", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const whole = Buffer.concat([a, b]);
        expect(combineCrc32("CRC32", crc32(a), crc32(b), b.length)).toBe(crc32(whole));
        expect(combineCrc32("CRC32C", crc32c(a), crc32c(b), b.length)).toBe(crc32c(whole));
      }),
    );
  });
});

describe("checksumOfParts", () => {
  const part = (bytes: Buffer) => {
    const running = runningChecksum("CRC32C");
    running.update(bytes);
    return { sizeBytes: bytes.length, checksum: { algorithm: "CRC32C" as const, type: "FULL_OBJECT" as const, value: running.digest().toString("base64") } };
  };

  it("is the whole content's for a full object, the digest of digests for a composite", () => {
    const parts = [part(Buffer.from("12345")), part(Buffer.from("6789"))];
    const full = Buffer.alloc(4);
    full.writeUInt32BE(0xe3069283);
    expect(checksumOfParts(parts, "CRC32C", "FULL_OBJECT")?.value).toBe(full.toString("base64"));
    const composite = runningChecksum("CRC32C");
    for (const one of parts) composite.update(Buffer.from(one.checksum.value, "base64"));
    expect(checksumOfParts(parts, "CRC32C", "COMPOSITE")?.value).toBe(`${composite.digest().toString("base64")}-2`);
  });

  it("is none when a part has none of that algorithm", () => {
    expect(checksumOfParts([part(digits), { sizeBytes: 3 }], "CRC32C", "COMPOSITE")).toBeUndefined();
    expect(checksumOfParts([part(digits)], "SHA1", "COMPOSITE")).toBeUndefined();
  });
});

it("CRC-64/NVME of pieces is that of the whole", () => {
  const of = (bytes: Uint8Array) => {
    const running = runningCrc64Nvme();
    running.update(bytes);
    return running.digest().readBigUInt64BE();
  };
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31) & 255));
  for (const at of [0, 1, 7, 1024, 4999, 5000]) expect(combineCrc64Nvme(of(bytes.subarray(0, at)), of(bytes.subarray(at)), 5000 - at), String(at)).toBe(of(bytes));
});
