import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayloadMode } from "../auth/authenticate";
import { chunkToSign, sha256Hex, sign, signingKey, trailerToSign } from "../auth/signature";
import { Payload } from "./payload";

const scope = { date: "20261124", region: "us-east-1" };
const time = "20261124T000000Z";
const signing = { key: signingKey("secret", scope), scope, time, seed: "5".repeat(64) };

/** Frames as a client would. */
function framed(chunks: Buffer[], options: { signed: boolean; trailer?: [string, string] }): Buffer {
  let previous = signing.seed;
  const out: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    previous = sign(signing.key, chunkToSign(time, scope, previous, sha256Hex(chunk)));
    out.push(Buffer.from(`${chunk.length.toString(16)}${options.signed ? `;chunk-signature=${previous}` : ""}\r\n`), chunk);
    if (chunk.length > 0) out.push(Buffer.from("\r\n"));
  }
  if (options.trailer) {
    out.push(Buffer.from(`${options.trailer.join(":")}\r\n`));
    const text = `${options.trailer.join(":")}\n`;
    if (options.signed) out.push(Buffer.from(`x-amz-trailer-signature:${sign(signing.key, trailerToSign(time, scope, previous, text))}\r\n`));
  }
  out.push(Buffer.from("\r\n"));
  return Buffer.concat(out);
}

async function* cut(bytes: Buffer, everyBytes: number) {
  for (let i = 0; i < bytes.length; i += everyBytes) yield bytes.subarray(i, i + everyBytes);
}

async function read(bytes: Buffer, mode: PayloadMode, sizeBytes: number, everyBytes = 7): Promise<{ content: Buffer; trailers: Map<string, string> }> {
  const payload = new Payload(cut(bytes, everyBytes), mode, sizeBytes);
  const parts: Buffer[] = [];
  for await (const part of payload) parts.push(part);
  return { content: Buffer.concat(parts), trailers: payload.trailers };
}

const signed: PayloadMode = { kind: "chunked", signed: signing, trailer: false };
const signedTrailer: PayloadMode = { kind: "chunked", signed: signing, trailer: true };
const unsignedTrailer: PayloadMode = { kind: "chunked", signed: null, trailer: true };
const refused = (code: string) => expect.objectContaining({ name: "S3Error", code });
const trailer: [string, string] = ["x-amz-checksum-crc32", "AAAAAA=="];

describe("aws-chunked bodies", () => {
  it("come out without their framing, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 5 }), fc.integer({ min: 1, max: 30 }), async (pieces, everyBytes) => {
        const chunks = pieces.map((piece) => Buffer.from(piece));
        const content = Buffer.concat(chunks);
        for (const [mode, options] of [[signed, { signed: true }], [signedTrailer, { signed: true, trailer }], [unsignedTrailer, { signed: false, trailer }]] as const) {
          const out = await read(framed(chunks, options), mode, content.length, everyBytes);
          expect(out.content.equals(content)).toBe(true);
          expect(out.trailers.get("x-amz-checksum-crc32")).toBe(mode.trailer ? "AAAAAA==" : undefined);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("are refused when a byte, a signature or a trailer was changed", async () => {
    const bytes = framed([Buffer.from("hello"), Buffer.from("world")], { signed: true, trailer });
    const changed = (find: string | RegExp, put: string) => Buffer.from(bytes.toString("latin1").replace(find, put), "latin1");
    expect((await read(bytes, signedTrailer, 10)).content.toString()).toBe("helloworld");
    for (const bad of [changed("world", "wirld"), changed("AAAAAA==", "AAAAAQ=="), changed(/(?<=chunk-signature=)./, "g"), changed(/(?<=trailer-signature:)./, "g")]) {
      await expect(read(bad, signedTrailer, 10)).rejects.toEqual(expect.objectContaining({ name: "S3Error", code: expect.stringMatching(/^(SignatureDoesNotMatch|InvalidRequest|IncompleteBody)$/) }));
    }
    const unsigned = framed([Buffer.from("hello"), Buffer.from("world")], { signed: false, trailer });
    await expect(read(unsigned, signedTrailer, 10)).rejects.toEqual(refused("SignatureDoesNotMatch"));
  });

  it("are refused when chunks were left out or put in another order", async () => {
    const whole = framed([Buffer.from("hello"), Buffer.from("world")], { signed: true }).toString("latin1");
    const [first = "", second = "", last = ""] = whole.split(/(?<=hello\r\n|world\r\n)/);
    for (const parts of [[second, first, last], [first, last], [first, first, last]]) {
      await expect(read(Buffer.from(parts.join(""), "latin1"), signed, 10)).rejects.toEqual(refused("SignatureDoesNotMatch"));
    }
  });

  it("are refused when cut short, longer than announced or malformed", async () => {
    const bytes = framed([Buffer.from("hello")], { signed: false, trailer });
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(bytes.subarray(0, length), unsignedTrailer, 5), `${length} bytes`).rejects.toEqual(refused("IncompleteBody"));
    }
    await expect(read(bytes, unsignedTrailer, 4)).rejects.toEqual(refused("IncompleteBody"));
    await expect(read(bytes, unsignedTrailer, 6)).rejects.toEqual(refused("IncompleteBody"));
    await expect(read(Buffer.from("zz\r\nhello\r\n0\r\n\r\n"), unsignedTrailer, 5)).rejects.toEqual(refused("IncompleteBody"));
    await expect(read(Buffer.from("4\r\nhello\r\n0\r\n\r\n"), unsignedTrailer, 5)).rejects.toEqual(refused("IncompleteBody"));
    await expect(read(Buffer.concat([bytes, Buffer.from("more")]), unsignedTrailer, 5)).rejects.toEqual(refused("IncompleteBody"));
  });

  it("hold no endless line", async () => {
    await expect(read(Buffer.alloc(100_000, "1"), unsignedTrailer, 5, 1000)).rejects.toEqual(refused("InvalidRequest"));
    await expect(read(Buffer.from(`0\r\n${"a:b\r\n".repeat(1000)}`), unsignedTrailer, 0)).rejects.toEqual(refused("MalformedTrailerError"));
  });
});

describe("plain bodies", () => {
  it("must have the signed hash and the announced length", async () => {
    const mode: PayloadMode = { kind: "sha256", hex: sha256Hex("hello") };
    expect((await read(Buffer.from("hello"), mode, 5)).content.toString()).toBe("hello");
    await expect(read(Buffer.from("hallo"), mode, 5)).rejects.toEqual(refused("XAmzContentSHA256Mismatch"));
    await expect(read(Buffer.from("hell"), { kind: "unsigned" }, 5)).rejects.toEqual(refused("IncompleteBody"));
  });

  it("are not held when they are too large to be XML", async () => {
    const payload = new Payload(cut(Buffer.from("hello"), 2), { kind: "unsigned" }, 5);
    await expect(payload.text(4)).rejects.toEqual(refused("EntityTooLarge"));
  });
});
