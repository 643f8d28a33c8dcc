import {
  CreateBucketCommand, CreateMultipartUploadCommand, HeadBucketCommand, ListBucketsCommand, ListMultipartUploadsCommand, ListObjectsCommand, ListObjectsV2Command,
  PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send, sendSigned } from "../testing/signed-request";
import { startTestStore, type TestStore } from "../testing/test-store";

let server: TestStore;
let s3: S3Client;
const Bucket = "asked";
beforeAll(async () => {
  server = await startTestStore();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  s3 = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  s3.destroy();
  expect(server.lines).toEqual([]);
  await server.remove();
});

const refused = (name: string) => expect.objectContaining({ name });

describe("buckets", () => {
  it("are made in this region only", async () => {
    const create = (LocationConstraint: string, more: object = {}) =>
      s3.send(new CreateBucketCommand({ Bucket: "placed", CreateBucketConfiguration: { LocationConstraint: LocationConstraint as never }, ...more }));
    await expect(create("eu-west-1")).rejects.toEqual(refused("InvalidLocationConstraint"));
    await expect(create("us-east-1", { ObjectOwnership: "Nobody" })).rejects.toEqual(refused("InvalidArgument"));
    await create("us-east-1", { ObjectOwnership: "BucketOwnerEnforced" });
  });

  it("are listed by pages and by prefix", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await s3.send(new CreateBucketCommand({ Bucket: name }));
    const first = await s3.send(new ListBucketsCommand({ Prefix: "page-", MaxBuckets: 2 }));
    expect([first.Buckets!.map(({ Name }) => Name), first.Prefix]).toEqual([["page-1", "page-2"], "page-"]);
    const rest = await s3.send(new ListBucketsCommand({ Prefix: "page-", MaxBuckets: 2, ContinuationToken: first.ContinuationToken }));
    expect([rest.Buckets!.map(({ Name }) => Name), rest.ContinuationToken]).toEqual([["page-3"], undefined]);
    await expect(s3.send(new ListBucketsCommand({ MaxBuckets: 0 }))).rejects.toEqual(refused("InvalidArgument"));
  });

  it("are refused to a client that takes another for their owner", async () => {
    expect(await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: "lathe" }))).toMatchObject({ BucketRegion: "us-east-1" });
    await expect(s3.send(new ListObjectsCommand({ Bucket, ExpectedBucketOwner: "111122223333" }))).rejects.toEqual(refused("AccessDenied"));
  });
});

it("says what a preflight lacks", async () => {
  const ask = (path: string, headers: Record<string, string>) => send(server.endpoint, { method: "OPTIONS", path, headers });
  const origin = "http://x.test";
  expect(await ask(`/${Bucket}/k`, { "access-control-request-method": "GET" })).toMatchObject({ status: 400, code: "BadRequest" });
  expect(await ask(`/${Bucket}/k`, { origin, "access-control-request-method": "get" })).toMatchObject({ status: 400, code: "BadRequest" });
  expect(await ask(`/${Bucket}/k`, { origin, "access-control-request-method": "GET", "access-control-request-headers": "a b" })).toMatchObject({ status: 400, code: "BadRequest" });
  expect((await ask(`/${Bucket}/k`, { origin, "access-control-request-method": "GET" })).text).toContain("CORS is not enabled for this bucket");
  expect(await ask("/never-made/k", { origin, "access-control-request-method": "GET" })).toMatchObject({ status: 403, code: "AccessForbidden" });
});

describe("listings", () => {
  const keys = ["a//b", "a/", "a/b", "ctrl\u0001\u001f", "x--y--z", "x--y-z", "x-y", "\u{10ffff}"];
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "listed" }));
    for (const Key of [...keys, "k".repeat(1024)]) await s3.send(new PutObjectCommand({ Bucket: "listed", Key, Body: "x" }));
  });
  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket: "listed", ...more }));
  const names = ({ Contents, CommonPrefixes }: Awaited<ReturnType<typeof list>>) => [Contents?.map(({ Key }) => Key) ?? [], CommonPrefixes?.map(({ Prefix }) => Prefix) ?? []];

  it("hold keys of 1,024 bytes, with control characters and slashes anywhere", async () => {
    const { Contents } = await list({ EncodingType: "url" });
    expect(Contents!.map(({ Key }) => decodeURIComponent(Key!))).toEqual(["a/", "a//b", "a/b", "ctrl\u0001\u001f", "k".repeat(1024), "x--y--z", "x--y-z", "x-y", "\u{10ffff}"]);
    await expect(s3.send(new PutObjectCommand({ Bucket: "listed", Key: "k".repeat(1025), Body: "x" }))).rejects.toEqual(refused("KeyTooLongError"));
  });

  it("fold at delimiters of any length, and go on behind them", async () => {
    expect(names(await list({ Prefix: "x", Delimiter: "--" }))).toEqual([["x-y"], ["x--"]]);
    expect(names(await list({ Prefix: "x--", Delimiter: "--" }))).toEqual([["x--y-z"], ["x--y--"]]);
    expect(names(await list({ Prefix: "a", Delimiter: "//" }))).toEqual([["a/", "a/b"], ["a//"]]);
    expect(names(await list({ Prefix: "x", Delimiter: "-", StartAfter: "x-" }))).toEqual([[], []]);
    expect(names(await list({ Prefix: "a", StartAfter: "a/" }))).toEqual([["a//b", "a/b"], []]);
  });

  it("end at max-keys, which 0 and more than 1,000 may be", async () => {
    const none = await list({ MaxKeys: 0 });
    expect([none.IsTruncated, none.KeyCount, none.MaxKeys]).toEqual([false, 0, 0]);
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000);
    const old = (more: object) => s3.send(new ListObjectsCommand({ Bucket: "listed", MaxKeys: 1, ...more }));
    const [plain, folded] = [await old({}), await old({ Delimiter: "/" })];
    expect([plain.IsTruncated, plain.NextMarker, folded.NextMarker]).toEqual([true, undefined, "a/"]);
    expect((await old({ Delimiter: "/", Marker: "a/" })).Contents?.map(({ Key }) => Key)).toEqual(["ctrl\u0001\u001f"]);
  });

  it("of uploads fold too", async () => {
    for (const Key of ["u/1", "u/2", "v"]) await s3.send(new CreateMultipartUploadCommand({ Bucket: "listed", Key }));
    const uploads = (more: object) => s3.send(new ListMultipartUploadsCommand({ Bucket: "listed", Delimiter: "/", ...more }));
    const first = await uploads({ MaxUploads: 1 });
    expect([first.CommonPrefixes, first.Uploads ?? [], first.IsTruncated, first.NextKeyMarker]).toEqual([[{ Prefix: "u/" }], [], true, "u/"]);
    expect((await uploads({ KeyMarker: "u/" })).Uploads).toMatchObject([{ Key: "v" }]);
    await expect(uploads({ KeyMarker: "u/", UploadIdMarker: "none" })).rejects.toEqual(refused("InvalidArgument"));
  });
});

it("answers a body whose chunks are not what they say with IncompleteBody", async () => {
  const put = (body: string) =>
    sendSigned(
      server,
      { method: "PUT", path: `/${Bucket}/chunked`, headers: { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5", "x-amz-trailer": "x-amz-checksum-crc32" }, body },
      { contentHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
    );
  for (const body of ["zz\r\nhello\r\n0\r\n\r\n", "4\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n", "5\r\nhel"]) expect(await put(body)).toMatchObject({ status: 400, code: "IncompleteBody" });
  expect(await put("5\r\nhello\r\n0\r\n\r\n")).toMatchObject({ code: "MalformedTrailerError" });
  expect(await put("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")).toMatchObject({ code: "BadDigest" });
  expect(await put("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")).toMatchObject({ status: 200 });
});
