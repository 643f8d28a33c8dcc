import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand,
  DeleteBucketCommand, DeleteBucketCorsCommand, DeleteObjectCommand, DeleteObjectsCommand, GetBucketCorsCommand, GetBucketLocationCommand,
  GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand, ListObjectsCommand, ListObjectsV2Command,
  ListPartsCommand, PutBucketCorsCommand, PutObjectCommand, S3Client, UploadPartCommand, UploadPartCopyCommand,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "../testing/test-store";
import { crc32 } from "./body/crc";

const MiB = 1024 * 1024;
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

/** What an S3 server must do to the AWS SDK, with its checksums as they come and only where required. */
describe.each(["WHEN_SUPPORTED", "WHEN_REQUIRED"] as const)("S3 to the AWS SDK, checksums %s", (checksums) => {
  let server: TestStore;
  let s3: S3Client;
  const Bucket = "acceptance";

  const client = (change: S3ClientConfig = {}) =>
    new S3Client({
      endpoint: server.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
      maxAttempts: 1,
      requestChecksumCalculation: checksums,
      responseChecksumValidation: checksums,
      ...change,
    });
  beforeAll(async () => {
    server = await startTestStore();
    s3 = client();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    s3.destroy();
    expect(server.lines).toEqual([]);
    await server.remove();
  });

  const put = (Key: string, Body: Buffer | string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const get = async (Key: string, more: object = {}) => {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
  };
  const refused = (status: number, name?: string) =>
    expect.objectContaining({ $metadata: expect.objectContaining({ httpStatusCode: status }), ...(name ? { name } : {}) });

  it("makes, finds, lists and deletes buckets", async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "another" }));
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((b) => b.Name)).toEqual([Bucket, "another"]);
    await s3.send(new HeadBucketCommand({ Bucket: "another" }));
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: "another" }))).LocationConstraint ?? "").toBe("");
    await expect(s3.send(new CreateBucketCommand({ Bucket: "another" }))).rejects.toEqual(refused(409, "BucketAlreadyOwnedByYou"));
    await s3.send(new DeleteBucketCommand({ Bucket: "another" }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: "another" }))).rejects.toEqual(refused(404));
    await expect(s3.send(new CreateBucketCommand({ Bucket: "Capitals" }))).rejects.toEqual(refused(400, "InvalidBucketName"));
  });

  it("puts and gets bytes with type and metadata", async () => {
    const bytes = randomBytes(20_000);
    const Key = "a/b c+é.jpg";
    const answer = await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: bytes, ContentType: "image/jpeg", CacheControl: "no-cache", ContentDisposition: "inline", Metadata: { x: "1" } }),
    );
    expect(answer.ETag).toBe(`"${md5(bytes)}"`);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(bytes));
    expect(answer.ChecksumCRC32).toBe(checksums === "WHEN_SUPPORTED" ? crc.toString("base64") : undefined);
    const got = await get(Key);
    expect(got.bytes.equals(bytes)).toBe(true);
    expect(got).toMatchObject({ ContentType: "image/jpeg", CacheControl: "no-cache", ContentDisposition: "inline", Metadata: { x: "1" } });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 20_000, ETag: answer.ETag, Metadata: { x: "1" } });
  });

  it("puts a stream without its framing, whatever the checksum", async () => {
    const bytes = randomBytes(300_000);
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256", undefined] as const) {
      await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body: Readable.from([bytes]), ContentLength: bytes.length, ChecksumAlgorithm }));
      const got = await get("stream", { ChecksumMode: "ENABLED" });
      expect(got.bytes.equals(bytes)).toBe(true);
      expect(got.ContentEncoding).toBeUndefined();
      if (ChecksumAlgorithm) expect(got[`Checksum${ChecksumAlgorithm}`]).toBeTruthy();
    }
  });

  it("refuses wrong secrets, unknown keys and requests that are not signed", async () => {
    const stranger = client({ credentials: { accessKeyId: server.accessKeyId, secretAccessKey: "nope" } });
    await expect(stranger.send(new PutObjectCommand({ Bucket, Key: "w", Body: "x" }))).rejects.toEqual(refused(403, "SignatureDoesNotMatch"));
    const nobody = client({ credentials: { accessKeyId: "NOBODY", secretAccessKey: "nope" } });
    await expect(nobody.send(new ListObjectsV2Command({ Bucket }))).rejects.toEqual(refused(403, "InvalidAccessKeyId"));
    expect((await fetch(`${server.endpoint}/${Bucket}/stream`)).status).toBe(403);
    expect((await fetch(server.endpoint)).status).toBe(403);
  });

  it("refuses bodies that are not what was signed or summed, and keeps nothing of them", async () => {
    const tampering = client();
    tampering.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: Buffer; headers: Record<string, string> };
        request.body = Buffer.from("tampered!!");
        return next(args);
      },
      { step: "finalizeRequest", priority: "low", name: "tamper" },
    );
    await expect(tampering.send(new PutObjectCommand({ Bucket, Key: "bad", Body: "0123456789" }))).rejects.toEqual(refused(400));
    const wrong = { Bucket, Key: "bad", Body: "hello" };
    await expect(s3.send(new PutObjectCommand({ ...wrong, ChecksumCRC32: "AAAAAA==" }))).rejects.toEqual(refused(400, "BadDigest"));
    const ContentMD5 = createHash("md5").update("other").digest("base64");
    await expect(s3.send(new PutObjectCommand({ ...wrong, ContentMD5 }))).rejects.toEqual(refused(400, "BadDigest"));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "bad" }))).rejects.toEqual(refused(404));
  });

  it("serves presigned addresses, with their answer's headers, until they expire", async () => {
    await put("pre signed/é", "hello");
    const command = new GetObjectCommand({ Bucket, Key: "pre signed/é", ResponseContentDisposition: 'attachment; filename="x.bin"', ResponseContentType: "text/x-y" });
    const answer = await fetch(await getSignedUrl(s3, command, { expiresIn: 60 }));
    expect(await answer.text()).toBe("hello");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="x.bin"');
    expect(answer.headers.get("content-type")).toBe("text/x-y");

    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "presigned-put", ContentType: "text/plain" }), { expiresIn: 60 });
    expect((await fetch(url, { method: "PUT", body: "hello", headers: { "content-type": "text/plain" } })).status).toBe(200);
    expect(await get("presigned-put")).toMatchObject({ ContentType: "text/plain", ContentLength: 5 });
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url.replace("/presigned-put?", "/stream?"), { method: "PUT", body: "hello" })).status).toBe(403);

    const signingDate = new Date(Date.now() - 62_000);
    const old = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "presigned-put" }), { expiresIn: 60, signingDate });
    const expired = await fetch(old);
    expect(expired.status).toBe(403);
    expect(await expired.text()).toContain("expired");
  });

  it("reads ranges", async () => {
    await put("ranged", "hello");
    expect(await get("ranged", { Range: "bytes=1-3" })).toMatchObject({ bytes: Buffer.from("ell"), ContentRange: "bytes 1-3/5" });
    expect((await get("ranged", { Range: "bytes=-2" })).bytes.toString()).toBe("lo");
    await expect(get("ranged", { Range: "bytes=100-200" })).rejects.toEqual(refused(416, "InvalidRange"));
  });

  it("lists by pages and by folders, in both versions", async () => {
    await Promise.all(Array.from({ length: 25 }, (_, i) => put(`l/${i % 5}/${String(i).padStart(3, "0")}`, "x")));
    const keys: string[] = [];
    for (let ContinuationToken: string | undefined, pages = 0; pages < 3; pages++) {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", MaxKeys: 10, ContinuationToken }));
      keys.push(...page.Contents!.map((o) => o.Key!));
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(pages < 2);
    }
    expect(keys).toHaveLength(25);
    expect(keys).toEqual([...keys].sort());
    const folders = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", Delimiter: "/" }));
    expect(folders.CommonPrefixes?.map((p) => p.Prefix)).toEqual(["l/0/", "l/1/", "l/2/", "l/3/", "l/4/"]);
    const old = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "l/", Delimiter: "/", MaxKeys: 2 }));
    expect(old.NextMarker).toBe("l/1/");
    const next = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "l/", Delimiter: "/", Marker: old.NextMarker }));
    expect(next.CommonPrefixes?.map((p) => p.Prefix)).toEqual(["l/2/", "l/3/", "l/4/"]);
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a/", EncodingType: "url" }));
    expect(encoded.Contents?.[0]?.Key).toBe("a/b%20c%2B%C3%A9.jpg");
    const startAfter = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", StartAfter: "l/4/014" }));
    expect(startAfter.Contents?.map((o) => o.Key)).toEqual(["l/4/019", "l/4/024"]);
  });

  it("copies, keeping or replacing what is said about an object", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "copied from/ü", Body: "hello", ContentType: "text/plain", Metadata: { y: "1" } }));
    const CopySource = `${Bucket}/copied%20from/%C3%BC`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource }));
    expect(await get("kept")).toMatchObject({ ContentType: "text/plain", Metadata: { y: "1" }, bytes: Buffer.from("hello") });
    await s3.send(new CopyObjectCommand({ Bucket, Key: "replaced", CopySource, MetadataDirective: "REPLACE", Metadata: { y: "2" } }));
    expect((await get("replaced")).Metadata).toEqual({ y: "2" });
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource: `${Bucket}/kept` }))).rejects.toEqual(refused(400));
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource, CopySourceIfMatch: '"0"' }))).rejects.toEqual(refused(412));
    await s3.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource: `${Bucket}/kept`, MetadataDirective: "REPLACE", Metadata: { z: "3" } }));
    expect(await get("kept")).toMatchObject({ Metadata: { z: "3" }, bytes: Buffer.from("hello") });
  });

  it("reads and writes on conditions", async () => {
    const { ETag } = await put("conditional", "1");
    const wrong = '"00000000000000000000000000000000"';
    const write = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: "conditional", Body: "2", ...more }));
    await expect(write({ IfNoneMatch: "*" })).rejects.toEqual(refused(412, "PreconditionFailed"));
    await expect(write({ IfMatch: wrong })).rejects.toEqual(refused(412, "PreconditionFailed"));
    await expect(get("conditional", { IfNoneMatch: ETag })).rejects.toEqual(refused(304));
    await expect(get("conditional", { IfMatch: wrong })).rejects.toEqual(refused(412));
    await expect(get("conditional", { IfModifiedSince: new Date(Date.now() + 60_000) })).rejects.toEqual(refused(304));
    await expect(get("conditional", { IfUnmodifiedSince: new Date(Date.now() - 60_000) })).rejects.toEqual(refused(412));
    expect((await get("conditional", { IfNoneMatch: wrong })).bytes.toString()).toBe("1");
    await write({ IfMatch: ETag });
    expect((await get("conditional")).bytes.toString()).toBe("2");
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: "conditional", IfMatch: ETag }))).rejects.toEqual(refused(412));
  });

  it("deletes several at once, whatever their keys", async () => {
    const keys = ["d/1", "d/<&>'\"", "d/ space ", "d/食物", "d/never-there"];
    for (const key of keys.slice(0, -1)) await put(key, "x");
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    expect(answer.Deleted?.map((d) => d.Key)).toEqual(keys);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "d/" }))).KeyCount).toBe(0);
  });

  it("keeps CORS rules and answers preflights by them", async () => {
    const preflight = (origin: string, method = "PUT") =>
      fetch(`${server.endpoint}/${Bucket}/any`, { method: "OPTIONS", headers: { origin, "access-control-request-method": method, "access-control-request-headers": "content-type" } });
    await expect(s3.send(new GetBucketCorsCommand({ Bucket }))).rejects.toEqual(refused(404, "NoSuchCORSConfiguration"));
    expect((await preflight("http://x.test")).status).toBe(403);
    const CORSRules = [{ AllowedOrigins: ["http://x.test"], AllowedMethods: ["GET", "PUT"], AllowedHeaders: ["*"], ExposeHeaders: ["ETag"], MaxAgeSeconds: 60 }];
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules);
    const allowed = await preflight("http://x.test");
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      "access-control-allow-origin": "http://x.test",
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "60",
    });
    expect((await preflight("http://y.test")).status).toBe(403);
    expect((await preflight("http://x.test", "DELETE")).status).toBe(403);
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "kept" }), { expiresIn: 60 });
    const read = await fetch(url, { headers: { origin: "http://x.test" } });
    expect(read.headers.get("access-control-allow-origin")).toBe("http://x.test");
    expect(read.headers.get("access-control-expose-headers")).toBe("ETag");
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    expect((await preflight("http://x.test")).status).toBe(403);
  });

  it("puts parts together, lists them and gives the object an ETag of its parts", async () => {
    const Key = "multipart/ä";
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "video/x", Metadata: { m: "1" } }));
    const [a, b] = [randomBytes(5 * MiB), randomBytes(1000)];
    const part = (PartNumber: number, Body: Buffer) => s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    await part(2, randomBytes(10));
    const second = await part(2, b);
    const first = await part(1, a);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key, UploadId }]);
    const { Parts } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(Parts).toMatchObject([{ PartNumber: 1, Size: 5 * MiB, ETag: first.ETag }, { PartNumber: 2, Size: 1000, ETag: second.ETag }]);
    const complete = (parts: { PartNumber: number; ETag?: string; ChecksumCRC32?: string }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
    await expect(complete([{ PartNumber: 1, ETag: '"abc"' }])).rejects.toEqual(refused(400, "InvalidPart"));
    await expect(complete([{ PartNumber: 2, ETag: second.ETag }, { PartNumber: 1, ETag: first.ETag }])).rejects.toEqual(refused(400, "InvalidPartOrder"));
    const parts = [first, second].map(({ ETag, ChecksumCRC32 }, i) => ({ PartNumber: i + 1, ETag, ChecksumCRC32 }));
    const done = await complete(parts);
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html: the MD5 of the parts' MD5s, and how many they are.
    expect(done.ETag).toBe(`"${md5(Buffer.concat([a, b].map((bytes) => Buffer.from(md5(bytes), "hex"))))}-2"`);
    expect(await complete(parts)).toMatchObject({ ETag: done.ETag });
    const got = await get(Key);
    expect(got).toMatchObject({ ContentType: "video/x", Metadata: { m: "1" } });
    expect(got.bytes.equals(Buffer.concat([a, b]))).toBe(true);
    const across = await get(Key, { Range: `bytes=${5 * MiB - 2}-${5 * MiB + 1}` });
    expect(across.bytes.equals(Buffer.concat([a.subarray(-2), b.subarray(0, 2)]))).toBe(true);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);

    const copy = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "part-copied" }));
    const ids = { Bucket, Key: "part-copied", UploadId: copy.UploadId };
    const CopySource = `${Bucket}/multipart/%C3%A4`;
    const copied = await s3.send(new UploadPartCopyCommand({ ...ids, PartNumber: 1, CopySource, CopySourceRange: `bytes=${5 * MiB - 2}-${5 * MiB + 1}` }));
    await s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: copied.CopyPartResult!.ETag }] } }));
    expect((await get("part-copied")).bytes.equals(across.bytes)).toBe(true);
  });

  it("refuses parts that are too small, and forgets an aborted upload", async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "small" }));
    const ids = { Bucket, Key: "small", UploadId };
    const Parts = await Promise.all([1, 2].map(async (PartNumber) => ({ PartNumber, ETag: (await s3.send(new UploadPartCommand({ ...ids, PartNumber, Body: "x" }))).ETag })));
    await expect(s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts } }))).rejects.toEqual(refused(400, "EntityTooSmall"));
    await s3.send(new AbortMultipartUploadCommand(ids));
    await expect(s3.send(new ListPartsCommand(ids))).rejects.toEqual(refused(404, "NoSuchUpload"));
    await expect(s3.send(new UploadPartCommand({ ...ids, PartNumber: 3, Body: "x" }))).rejects.toEqual(refused(404, "NoSuchUpload"));
  });

  it.each([undefined, "CRC32", "CRC32C", "CRC64NVME", "SHA256"] as const)("takes the SDK's own uploads in parts, checksum %s", async (ChecksumAlgorithm) => {
    const piece = randomBytes(MiB);
    function* pieces() {
      for (let i = 0; i < 12; i++) yield piece;
    }
    await new Upload({ client: s3, params: { Bucket, Key: "big", Body: Readable.from(pieces()), ChecksumAlgorithm }, partSize: 5 * MiB, queueSize: 2 }).done();
    const hash = createHash("md5");
    for (let i = 0; i < 12; i++) hash.update(piece);
    expect(md5((await get("big", { ChecksumMode: "ENABLED" })).bytes)).toBe(hash.digest("hex"));
  });

  it("checks the checksum of a whole object against that of its parts", async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "full", ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" }));
    const ids = { Bucket, Key: "full", UploadId };
    const bytes = [randomBytes(5 * MiB), randomBytes(77)];
    const Parts = await Promise.all(
      bytes.map(async (Body, i) => {
        const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...ids, PartNumber: i + 1, Body, ChecksumAlgorithm: "CRC32" }));
        return { PartNumber: i + 1, ETag, ChecksumCRC32 };
      }),
    );
    const whole = Buffer.alloc(4);
    whole.writeUInt32BE(crc32(Buffer.concat(bytes)));
    const complete = (ChecksumCRC32: string) =>
      s3.send(new CompleteMultipartUploadCommand({ ...ids, ChecksumCRC32, ChecksumType: "FULL_OBJECT", MultipartUpload: { Parts } }));
    await expect(complete("AAAAAA==")).rejects.toEqual(refused(400, "BadDigest"));
    expect(await complete(whole.toString("base64"))).toMatchObject({ ChecksumCRC32: whole.toString("base64"), ChecksumType: "FULL_OBJECT" });
  });

  it("says NoSuchKey, NoSuchBucket and NotImplemented", async () => {
    await expect(get("none")).rejects.toEqual(refused(404, "NoSuchKey"));
    await expect(s3.send(new ListObjectsV2Command({ Bucket: "never-made" }))).rejects.toEqual(refused(404, "NoSuchBucket"));
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: "x", Body: "x", ServerSideEncryption: "AES256" }))).rejects.toEqual(refused(501, "NotImplemented"));
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: "x", Body: "x", ACL: "public-read" }))).rejects.toEqual(refused(501, "NotImplemented"));
  });
});
