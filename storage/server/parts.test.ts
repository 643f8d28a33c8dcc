import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectAttributesCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client,
  UploadPartCommand, type ChecksumAlgorithm,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "../testing/test-store";

let server: TestStore;
let s3: S3Client;
const Bucket = "in-parts";
const MiB = 1024 ** 2;
beforeAll(async () => {
  server = await startTestStore();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  s3 = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1, requestChecksumCalculation: "WHEN_REQUIRED" });
  const store = server.client();
  await store.createBucket(Bucket);
  store.close();
});
afterAll(async () => {
  s3.destroy();
  expect(server.lines).toEqual([]);
  await server.remove();
});

const refused = (name: string, status = 400) => expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) });

async function upload(Key: string, bodies: Buffer[], ChecksumAlgorithm?: ChecksumAlgorithm) {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm }));
  const ids = { Bucket, Key, UploadId };
  const Parts = [];
  for (const [i, Body] of bodies.entries()) {
    const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...ids, PartNumber: i + 1, Body, ChecksumAlgorithm }));
    Parts.push({ PartNumber: i + 1, ETag, ChecksumCRC32 });
  }
  return { ids, Parts, complete: (more: object = {}) => s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts }, ...more })) };
}

describe("reading a part", () => {
  const [a, b] = [randomBytes(5 * MiB), randomBytes(777)];
  beforeAll(async () => {
    await (await upload("two", [a, b])).complete();
    await s3.send(new PutObjectCommand({ Bucket, Key: "one", Body: "0123456789" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "none", Body: "" }));
  });

  it("answers its bytes, where they lie and how many parts there are", async () => {
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: "two", PartNumber: 2 }));
    expect(part).toMatchObject({ ContentLength: 777, PartsCount: 2, ContentRange: `bytes ${a.length}-${a.length + 776}/${a.length + 777}`, $metadata: { httpStatusCode: 206 } });
    expect(Buffer.from(await part.Body!.transformToByteArray()).equals(b)).toBe(true);
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "two", PartNumber: 1 }))).toMatchObject({ ContentLength: a.length, PartsCount: 2 });
  });

  it("takes an object in one piece for its own part 1", async () => {
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key: "one", PartNumber: 1 }));
    expect(whole).toMatchObject({ ContentRange: "bytes 0-9/10" });
    expect(whole.PartsCount).toBeUndefined();
    expect(await whole.Body!.transformToString()).toBe("0123456789");
    const empty = await s3.send(new GetObjectCommand({ Bucket, Key: "none", PartNumber: 1 }));
    expect([empty.$metadata.httpStatusCode, empty.ContentLength, empty.ContentRange]).toEqual([200, 0, undefined]);
  });

  it("refuses what is no part", async () => {
    const get = (PartNumber: number, more: object = {}) => s3.send(new GetObjectCommand({ Bucket, Key: "two", PartNumber, ...more }));
    await expect(get(3)).rejects.toEqual(refused("InvalidPartNumber", 416));
    await expect(get(0)).rejects.toEqual(refused("InvalidArgument"));
    await expect(get(10_001)).rejects.toEqual(refused("InvalidArgument"));
    await expect(get(1, { Range: "bytes=0-1" })).rejects.toEqual(refused("InvalidRequest"));
  });
});

describe("an object's attributes", () => {
  const attributes = (Key: string, names: string[], more: object = {}) => s3.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: names as never, ...more }));

  it("are those asked for, parts by pages", async () => {
    const { complete } = await upload("attributes", [randomBytes(5 * MiB), randomBytes(9)], "CRC32");
    const { ETag, ChecksumCRC32 } = await complete();
    const all = await attributes("attributes", ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"], { MaxParts: 1 });
    expect(all).toMatchObject({
      ETag: ETag!.replaceAll('"', ""), Checksum: { ChecksumCRC32, ChecksumType: "COMPOSITE" }, ObjectSize: 5 * MiB + 9, StorageClass: "STANDARD",
      ObjectParts: { TotalPartsCount: 2, MaxParts: 1, IsTruncated: true, NextPartNumberMarker: "1", Parts: [{ PartNumber: 1, Size: 5 * MiB }] },
    });
    const rest = await attributes("attributes", ["ObjectParts"], { PartNumberMarker: "1" });
    expect(rest).toMatchObject({ ObjectParts: { IsTruncated: false, Parts: [{ PartNumber: 2, Size: 9 }] } });
    expect(rest.ETag).toBeUndefined();
  });

  it("must be known and at least one, of an object that is there", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "plain", Body: "x" }));
    const plain = await attributes("plain", ["ObjectParts", "ObjectSize"]);
    expect([plain.ObjectParts, plain.ObjectSize]).toEqual([undefined, 1]);
    await expect(attributes("plain", ["ETag", "Colour"])).rejects.toEqual(refused("InvalidArgument"));
    await expect(attributes("plain", [])).rejects.toEqual(refused("InvalidRequest"));
    await expect(attributes("missing", ["ETag"])).rejects.toEqual(refused("NoSuchKey", 404));
  });
});

