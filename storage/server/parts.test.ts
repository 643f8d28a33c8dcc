import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, GetObjectAttributesCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client,
  UploadPartCommand, UploadPartCopyCommand, type ChecksumAlgorithm,
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
  const Parts: { PartNumber: number; ETag?: string; ChecksumCRC32?: string }[] = [];
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


describe("completing an upload", () => {
  it("answers where the object is, and refuses numbers that no part has", async () => {
    const { ids, Parts, complete } = await upload("dir/a b", [randomBytes(9)]);
    const numbered = (PartNumber: number) => s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts: [{ ...Parts[0], PartNumber }] } }));
    await expect(numbered(-4)).rejects.toEqual(refused("InvalidArgument"));
    await expect(numbered(10_001)).rejects.toEqual(refused("InvalidArgument"));
    await expect(numbered(2)).rejects.toEqual(refused("InvalidPart"));
    expect((await complete()).Location).toBe(`${server.endpoint}/${Bucket}/dir/a%20b`);
  });

  it("refuses checksums that are not those of the parts", async () => {
    const { ids, Parts: [part], complete } = await upload("checked", [randomBytes(9)], "CRC32");
    const said = (more: object) => s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts: [{ ...part, ...more }] } }));
    await expect(said({ ChecksumCRC32: "AAAAAA==" })).rejects.toEqual(refused("InvalidPart"));
    await expect(said({ ChecksumCRC32: "no checksum" })).rejects.toEqual(refused("InvalidArgument"));
    await expect(said({ ChecksumCRC32: undefined, ChecksumCRC32C: "AAAAAA==" })).rejects.toEqual(refused("BadDigest"));
    await expect(said({ ChecksumCRC32C: "AAAAAA==" })).rejects.toEqual(refused("InvalidArgument"));
    await expect(complete({ ChecksumType: "FULL_OBJECT" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(complete({ MpuObjectSize: 8 })).rejects.toEqual(refused("InvalidRequest"));
    await expect(s3.send(new UploadPartCommand({ ...ids, PartNumber: 2, Body: "x", ChecksumAlgorithm: "SHA256" }))).rejects.toEqual(refused("InvalidRequest"));
    await complete();
  });

  it("is begun only with a checksum type that its algorithm has", async () => {
    const create = (more: object) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "types", ...more }));
    await expect(create({ ChecksumType: "COMPOSITE" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(create({ ChecksumAlgorithm: "SHA1", ChecksumType: "FULL_OBJECT" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(create({ ChecksumAlgorithm: "CRC32", ChecksumType: "HALF" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(create({ ChecksumAlgorithm: "CRC7" })).rejects.toEqual(refused("InvalidRequest"));
  });
});

describe("copies", () => {
  it("keep their source's checksum or get one of another algorithm", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: "123456789", ChecksumAlgorithm: "CRC32" }));
    const copy = (more: object) => s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/source`, ...more }));
    // The check values of both CRCs over "123456789".
    expect((await copy({})).CopyObjectResult).toMatchObject({ ChecksumCRC32: Buffer.from("cbf43926", "hex").toString("base64"), ChecksumType: "FULL_OBJECT" });
    expect((await copy({ ChecksumAlgorithm: "CRC32C" })).CopyObjectResult).toMatchObject({ ChecksumCRC32C: Buffer.from("e3069283", "hex").toString("base64") });
    await expect(copy({ ChecksumAlgorithm: "CRC7" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(copy({ CopySourceIfNoneMatch: (await s3.send(new HeadObjectCommand({ Bucket, Key: "source" }))).ETag })).rejects.toEqual(refused("PreconditionFailed", 412));
    await expect(copy({ Key: "source" })).rejects.toEqual(refused("InvalidRequest"));
    await expect(copy({ MetadataDirective: "MERGE" })).rejects.toEqual(refused("InvalidArgument"));
  });

  it("as parts have the upload's checksum, and take only a range that is there", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "digits", Body: "0123456789" }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "of-copies", ChecksumAlgorithm: "CRC32" }));
    const copy = (CopySourceRange: string) => s3.send(new UploadPartCopyCommand({ Bucket, Key: "of-copies", UploadId, PartNumber: 1, CopySource: `${Bucket}/digits`, CopySourceRange }));
    expect((await copy("bytes=1-9")).CopyPartResult).toMatchObject({ ChecksumCRC32: Buffer.from("cbf43926", "hex").toString("base64") });
    for (const range of ["bytes=0-10", "bytes=3-2", "bytes=1-", "bytes=-1", "1-2"]) await expect(copy(range)).rejects.toEqual(refused("InvalidArgument"));
  });
});
