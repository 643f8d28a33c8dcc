import { describe, expect, it } from "vitest";
import { encodeFrame, FrameDecoder } from "./frames";

const stream = (...messages: object[]) => Buffer.concat(messages.flatMap(encodeFrame));

describe("frames", () => {
  const messages = [{ type: "log", text: "Größe 猫" }, { id: 1, bytes: Uint8Array.of(0, 255, 7) }, { id: 2, bytes: new Uint8Array(0) }, {}];

  it.each([1, 3, 8, 13, 1000])("come out as they went in, in pieces of %i bytes", (size) => {
    const all = stream(...messages);
    const decoder = new FrameDecoder(1024);
    const out: unknown[] = [];
    for (let at = 0; at < all.length; at += size) out.push(...decoder.push(all.subarray(at, at + size)));
    expect(out).toEqual(messages);
  });

  it("gives bytes of their own, which floats can be read from", () => {
    const [message] = new FrameDecoder(1024).push(stream({ bytes: new Uint8Array(Float32Array.of(0.5, -2).buffer) })) as [{ bytes: Uint8Array }];
    expect([...new Float32Array(message.bytes.buffer)]).toEqual([0.5, -2]);
  });

  it("refuses a frame that is too large when its header comes, before its body", () => {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(0xffff_ffff, 0);
    expect(() => new FrameDecoder(1024).push(header)).toThrow("4294967303 bytes; 1024 are allowed");
  });

  it.each(["nonsense", "[1]", "null", "7"])("refuses %s", (json) => {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(json.length, 0);
    expect(() => new FrameDecoder(1024).push(Buffer.concat([header, Buffer.from(json)]))).toThrow();
  });
});
