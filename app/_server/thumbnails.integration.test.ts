import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

let lathe: TestWeb;
let owner: Person;

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  owner = await lathe.person({ slug: "acme", role: "viewer" });
  const editor = await lathe.person({ slug: "acme", role: "editor" });
  await editor.client.call("bucket.create", { bucket: "thumbs-acme" });
});
afterAll(() => lathe.close());

const put = (key: string, bytes: Buffer | string) => lathe.web.services.store.put("thumbs-acme", key, bytes);
const small = (key: string, etag = "x") =>
  fetch(`${lathe.url}/api/v1/buckets/thumbs-acme/thumbnail?${new URLSearchParams({ key, etag })}`, { headers: { authorization: `Bearer ${owner.token}` } });

/** A PNG whose header promises far more pixels than its data has. */
function hugePng(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  size.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", size), chunk("IDAT", deflateSync(Buffer.alloc(1000))), chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

describe("a thumbnail", () => {
  it("is a small webp of the picture the right way up, and may be kept for ever under its etag", async () => {
    const wide = await sharp({ create: { width: 900, height: 300, channels: 3, background: "red" } }).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { etag } = await put("食/宽.jpg", wide);
    const answer = await small("食/宽.jpg", etag);
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual([200, "image/webp", "nosniff"]);
    expect(answer.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    const { width, height, format } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    // Orientation 6 turns 900 × 300 into 300 × 900.
    expect([format, width, height]).toEqual(["webp", 80, 240]);
    expect((await small("食/宽.jpg", "another")).headers.get("cache-control")).toBe("private, max-age=600");
  });

  it("is made again when the picture is another one", async () => {
    const solid = (background: string) => sharp({ create: { width: 40, height: 30, channels: 3, background } }).png().toBuffer();
    await put("same.png", await solid("red"));
    const red = Buffer.from(await (await small("same.png")).arrayBuffer());
    await put("same.png", await solid("blue"));
    const blue = Buffer.from(await (await small("same.png")).arrayBuffer());
    expect(red.equals(blue)).toBe(false);
    expect(await sharp(blue).metadata()).toMatchObject({ width: 40, height: 30 });
  });

  it("asked for by many at once comes to all of them", async () => {
    await put("many.jpg", await sharp({ create: { width: 2000, height: 2000, channels: 3, background: "green" } }).jpeg().toBuffer());
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await small("many.jpg")).status));
    expect(statuses.every((status) => status === 200)).toBe(true);
  });

  it("of a file cut short shows what is there", async () => {
    const whole = await sharp({ create: { width: 400, height: 400, channels: 3, background: "red" } }).jpeg().toBuffer();
    await put("cut.jpg", whole.subarray(0, Math.floor(whole.length * 0.7)));
    expect((await small("cut.jpg")).status).toBe(200);
  });

  it.each<[string, Buffer | string]>([
    ["text.jpg", "I am no picture."],
    ["empty.jpg", ""],
    ["bomb.png", hugePng(60_000)],
    ["cut-early.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ["drawing.png", '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'],
    ["noise.webp", Buffer.from("RIFF\x00\x00\x00\x10WEBPVP8 aaaaaaaaaaaa", "latin1")],
  ])("of %s is not there, and the server goes on", async (key, bytes) => {
    await put(key, bytes);
    const answer = await small(key);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([404, "not_a_picture"]);
  });

  it("of a key or bucket that is not there is not there", async () => {
    expect((await small("nothing.jpg")).status).toBe(404);
    expect((await small("")).status).toBe(404);
  });
});
