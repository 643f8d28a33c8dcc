import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand,
  GetBucketCorsCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command, ListPartsCommand, PutBucketCorsCommand,
  PutObjectCommand, S3Client, UploadPartCommand, UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { request as httpRequest } from "node:http";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BucketAccess } from "#lib/domain/bucket-access";
import { accessKeySecret, newAccessKeyId, type StoreAccessKey } from "../access-keys";
import { accessKeysAdmin, type AccessKeysAdmin } from "../access-keys-client";
import { sendSigned } from "../testing/signed-request";
import { smallDisk } from "../testing/small-disk";
import { processCredentials, startStoreProcess } from "../testing/store-process";
import { startTestStore, type TestStore } from "../testing/test-store";

const region = "us-east-1";

function newKey(grants: Record<string, BucketAccess>, expiresAtMs: number | null = null): StoreAccessKey {
  return { accessKeyId: newAccessKeyId(), grants: Object.entries(grants).map(([bucket, access]) => ({ bucket, access })), expiresAtMs };
}

const adminOf = ({ endpoint, accessKeyId, secretAccessKey }: { endpoint: string; accessKeyId: string; secretAccessKey: string }) =>
  accessKeysAdmin({ endpoint, region, accessKeyId, secretAccessKey });

async function tell(admin: AccessKeysAdmin, keys: StoreAccessKey[]): Promise<void> {
  await admin.replace((await admin.list()).revision, keys);
}

function clientOf(server: { endpoint: string; secretAccessKey: string }, { accessKeyId }: { accessKeyId: string }): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: accessKeySecret(server.secretAccessKey, accessKeyId) },
  });
}

const answered = (status: number, name?: string) => expect.objectContaining({ $metadata: expect.objectContaining({ httpStatusCode: status }), ...(name ? { name } : {}) });
const denied = answered(403, "AccessDenied");

describe("access keys", () => {
  let server: TestStore;
  let admin: AccessKeysAdmin;
  const [reading, writing, mixed, nothing] = [newKey({ shared: "read" }), newKey({ shared: "write" }), newKey({ shared: "read", own: "write" }), newKey({})];
  let root: S3Client;
  const open: S3Client[] = [];
  const as = (key: StoreAccessKey) => {
    const client = clientOf(server, key);
    open.push(client);
    return client;
  };

  beforeAll(async () => {
    server = await startTestStore();
    admin = adminOf(server);
    root = new S3Client({ endpoint: server.endpoint, region, forcePathStyle: true, credentials: server });
    open.push(root);
    for (const Bucket of ["shared", "own", "foreign"]) {
      await root.send(new CreateBucketCommand({ Bucket }));
      await root.send(new PutObjectCommand({ Bucket, Key: "a", Body: "bytes" }));
    }
    await tell(admin, [reading, writing, mixed, nothing]);
  });
  afterAll(async () => {
    for (const client of open) client.destroy();
    expect(server.lines).toEqual([]);
    await server.remove();
  });

  it("read what they may read, and change nothing", async () => {
    const s3 = as(reading);
    const at = { Bucket: "shared", Key: "a" };
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((b) => b.Name)).toEqual(["shared"]);
    await s3.send(new HeadBucketCommand({ Bucket: "shared" }));
    expect((await s3.send(new ListObjectsV2Command({ Bucket: "shared" }))).KeyCount).toBe(1);
    expect(await (await s3.send(new GetObjectCommand(at))).Body!.transformToString()).toBe("bytes");
    await s3.send(new HeadObjectCommand(at));
    await expect(s3.send(new GetBucketCorsCommand({ Bucket: "shared" }))).rejects.toEqual(answered(404, "NoSuchCORSConfiguration"));
    const { UploadId } = await root.send(new CreateMultipartUploadCommand({ Bucket: "shared", Key: "begun" }));
    await s3.send(new ListPartsCommand({ Bucket: "shared", Key: "begun", UploadId }));
    for (const command of [
      new PutObjectCommand({ ...at, Body: "changed" }),
      new DeleteObjectCommand(at),
      new DeleteObjectsCommand({ Bucket: "shared", Delete: { Objects: [{ Key: "a" }] } }),
      new CopyObjectCommand({ Bucket: "shared", Key: "b", CopySource: "shared/a" }),
      new CreateMultipartUploadCommand(at),
      new UploadPartCommand({ Bucket: "shared", Key: "begun", UploadId, PartNumber: 1, Body: "part" }),
      new CreateBucketCommand({ Bucket: "another" }),
      new DeleteBucketCommand({ Bucket: "shared" }),
    ]) {
      await expect(s3.send(command as unknown as PutObjectCommand), command.constructor.name).rejects.toEqual(denied);
    }
  });

  it("write where they may write, multiparts and copies too, but make, delete and set up no bucket", async () => {
    const s3 = as(writing);
    const Bucket = "shared";
    await s3.send(new PutObjectCommand({ Bucket, Key: "w/1", Body: "one" }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: "w/2", CopySource: "shared/w/1" }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "w/3" }));
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: "w/3", UploadId, PartNumber: 1, Body: "part" }));
    await expect(s3.send(new UploadPartCopyCommand({ Bucket, Key: "w/3", UploadId, PartNumber: 2, CopySource: "foreign/a" }))).rejects.toEqual(denied);
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "w/3", UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: ["w/1", "w/2", "w/3"].map((Key) => ({ Key })) } }));
    expect(Deleted).toHaveLength(3);
    for (const command of [
      new CreateBucketCommand({ Bucket: "another" }),
      new DeleteBucketCommand({ Bucket }),
      new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] } }),
    ]) {
      await expect(s3.send(command as unknown as PutObjectCommand), command.constructor.name).rejects.toEqual(denied);
    }
  });

  it("hear the same of a bucket that is not theirs, whether it or its object is there or not", async () => {
    const s3 = as(mixed);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((b) => b.Name)).toEqual(["own", "shared"]);
    await s3.send(new CopyObjectCommand({ Bucket: "own", Key: "copy", CopySource: "shared/a" }));
    for (const Bucket of ["foreign", "nowhere"]) {
      await expect(s3.send(new GetObjectCommand({ Bucket, Key: "a" }))).rejects.toEqual(denied);
      await expect(s3.send(new GetObjectCommand({ Bucket, Key: "missing" }))).rejects.toEqual(denied);
      await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toEqual(denied);
      await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toEqual(answered(403));
      await expect(s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x" }))).rejects.toEqual(denied);
      await expect(s3.send(new CopyObjectCommand({ Bucket: "own", Key: "b", CopySource: `${Bucket}/a` }))).rejects.toEqual(denied);
    }
    expect((await as(nothing).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  });

  it("are told to the store by the root key alone, and once", async () => {
    const before = await admin.list();
    const asWriter = accessKeysAdmin({ endpoint: server.endpoint, region, accessKeyId: writing.accessKeyId, secretAccessKey: accessKeySecret(server.secretAccessKey, writing.accessKeyId) });
    await expect(asWriter.list()).rejects.toMatchObject({ code: "store_keys_refused" });
    await expect(asWriter.replace(before.revision, [])).rejects.toMatchObject({ code: "store_keys_refused" });
    const unsigned = { contentHash: "UNSIGNED-PAYLOAD" };
    const put = (body: unknown, options = {}) => sendSigned(server, { method: "PUT", path: "/-lathe/access-keys", body: JSON.stringify(body) }, options);
    expect(await put({ revision: before.revision, keys: [] }, unsigned)).toMatchObject({ status: 403 });
    for (const keys of [
      "none",
      [{ ...reading, accessKeyId: "../../etc" }],
      [{ ...reading, accessKeyId: server.accessKeyId }],
      [reading, reading],
      [{ ...reading, grants: [{ bucket: "shared", access: "everything" }] }],
      [{ ...reading, grants: [{ bucket: "-lathe", access: "write" }] }],
      [{ ...reading, expiresAtMs: "never" }],
    ]) {
      expect(await put({ revision: before.revision, keys }), JSON.stringify(keys)).toMatchObject({ status: 400, code: "InvalidArgument" });
    }
    expect(await admin.list()).toMatchObject({ revision: before.revision });
    await admin.replace(before.revision, [reading, writing, mixed, nothing]);
    await expect(admin.replace(before.revision, [])).rejects.toMatchObject({ code: "store_keys_moved_on" });
    expect((await admin.list()).keys.map((key) => key.accessKeyId)).toEqual([reading, writing, mixed, nothing].map((key) => key.accessKeyId));
  });

  it("say when they were used", async () => {
    const fresh = newKey({ shared: "read" });
    await tell(admin, [reading, writing, mixed, nothing, fresh]);
    const lastUse = async () => (await admin.list()).keys.find((key) => key.accessKeyId === fresh.accessKeyId)?.lastUsedAtMs;
    expect(await lastUse()).toBeNull();
    const earliestMs = Date.now();
    await as(fresh).send(new ListBucketsCommand({}));
    expect(await lastUse()).toBeGreaterThanOrEqual(earliestMs);
  });

  it("stop to open anything the moment they are revoked: also presigned addresses and transfers under way", async () => {
    const doomed = newKey({ shared: "write" });
    await tell(admin, [reading, writing, mixed, nothing, doomed]);
    const s3 = as(doomed);
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: "shared", Key: "a" }), { expiresIn: 600 });
    expect((await fetch(url)).status).toBe(200);
    const putUrl = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket: "shared", Key: "late" }), { expiresIn: 600 }));
    const upload = httpRequest(putUrl, { method: "PUT", headers: { "content-length": "8", expect: "100-continue" } });
    const finished = new Promise<number>((resolve, reject) => upload.on("response", (response) => resolve(response.resume().statusCode!)).on("error", reject));
    // The store says "continue" when it has let the request pass and begins to read.
    await new Promise((resolve) => upload.on("continue", resolve));
    upload.write("half");

    await tell(admin, [reading, writing, mixed, nothing]);
    upload.end("half");
    expect(await finished).toBe(403);
    await expect(root.send(new HeadObjectCommand({ Bucket: "shared", Key: "late" }))).rejects.toEqual(answered(404));
    const refused = await fetch(url);
    expect([refused.status, /<Code>(\w+)/.exec(await refused.text())?.[1]]).toEqual([403, "InvalidAccessKeyId"]);
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toEqual(answered(403, "InvalidAccessKeyId"));
  });

  it("let nothing begin after the revocation was acknowledged, whoever hammers", async () => {
    const doomed = newKey({ shared: "write" });
    await tell(admin, [reading, writing, mixed, nothing, doomed]);
    const s3 = as(doomed);
    let revoked = false;
    let before = 0;
    let late = 0;
    const running = Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        for (;;) {
          const begunAfter = revoked;
          try {
            await s3.send(new PutObjectCommand({ Bucket: "shared", Key: `load/${client}`, Body: "x".repeat(1000) }));
            if (begunAfter) late++;
            else before++;
          } catch (error) {
            expect(error).toEqual(answered(403, "InvalidAccessKeyId"));
            if (begunAfter) return;
          }
        }
      }),
    );
    await expect.poll(() => before).toBeGreaterThan(40);
    await tell(admin, [reading, writing, mixed, nothing]);
    revoked = true;
    await running;
    expect(late).toBe(0);
  });

  it("lose a bucket that is taken from them, keep the others, and end when they expire", async () => {
    let nowMs = Date.now();
    const clocked = await startTestStore({ now: () => nowMs });
    try {
      const its = adminOf(clocked);
      const client = clocked.client();
      for (const bucket of ["one", "two"]) await client.createBucket(bucket);
      const key = { ...newKey({ one: "write", two: "write" }), expiresAtMs: nowMs + 60_000 };
      await tell(its, [key]);
      const s3 = clientOf(clocked, key);
      await s3.send(new HeadBucketCommand({ Bucket: "one" }));
      await tell(its, [{ ...key, grants: [{ bucket: "two", access: "read" }] }]);
      await expect(s3.send(new HeadBucketCommand({ Bucket: "one" }))).rejects.toEqual(answered(403));
      await s3.send(new HeadBucketCommand({ Bucket: "two" }));
      await expect(s3.send(new PutObjectCommand({ Bucket: "two", Key: "a", Body: "x" }))).rejects.toEqual(denied);
      nowMs += 60_000;
      await expect(s3.send(new ListBucketsCommand({}))).rejects.toEqual(answered(403, "InvalidAccessKeyId"));
      s3.destroy();
    } finally {
      await clocked.remove();
    }
  });
});

describe("access keys on disk", () => {
  it("hold no secret, are the owner's alone, and what is damaged opens nothing", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "lathe-keys-"));
    const key = newKey({ shared: "read" });
    const damaged = newKey({ shared: "read" });
    const credentials = { accessKeyId: "root", secretAccessKey: "root-secret" };
    const first = await startTestStore({ root, ...credentials });
    await tell(adminOf(first), [key, damaged]);
    const file = (id: string) => path.join(root, "access-keys", `${id}.json`);
    expect((await stat(file(key.accessKeyId))).mode & 0o777).toBe(0o600);
    expect(await readFile(file(key.accessKeyId), "utf8")).toBe(`${JSON.stringify(key)}\n`);
    await first.close();

    await writeFile(file(damaged.accessKeyId), '{"accessKeyId":"');
    const second = await startTestStore({ root, ...credentials });
    expect(second.lines).toEqual([expect.stringContaining(`${damaged.accessKeyId}.json cannot be read`)]);
    expect((await adminOf(second).list()).keys.map(({ accessKeyId }) => accessKeyId)).toEqual([key.accessKeyId]);
    await tell(adminOf(second), [key, damaged]);
    expect((await readdir(path.join(root, "access-keys"))).sort()).toEqual([key, damaged].map((k) => `${k.accessKeyId}.json`).sort());
    await second.remove();
  });

  it("survive kill -9, and so does their revocation", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "lathe-keys-"));
    const [kept, revoked] = [newKey({ shared: "write" }), newKey({ shared: "write" })];
    const adminAt = (endpoint: string) => accessKeysAdmin({ endpoint, region, ...processCredentials });
    const first = await startStoreProcess(root);
    await first.client().createBucket("shared");
    await tell(adminAt(first.endpoint), [kept, revoked]);
    await tell(adminAt(first.endpoint), [kept]);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = await startStoreProcess(root);
    const at = { endpoint: second.endpoint, secretAccessKey: processCredentials.secretAccessKey };
    const [good, bad] = [clientOf(at, kept), clientOf(at, revoked)];
    await good.send(new PutObjectCommand({ Bucket: "shared", Key: "a", Body: "x" }));
    await expect(bad.send(new ListBucketsCommand({}))).rejects.toEqual(answered(403, "InvalidAccessKeyId"));
    good.destroy();
    bad.destroy();
    second.child.kill("SIGTERM");
    await second.ended;
    expect(second.stderr()).toBe("");
    await rm(root, { recursive: true });
  });

  it("can be revoked on a full disk", async () => {
    const disk = smallDisk(1024 * 1024 * 1024);
    const full = await startTestStore({ files: disk.files, minFreeBytes: 0 });
    const [kept, revoked] = [newKey({ shared: "write" }), newKey({ shared: "write" })];
    const its = adminOf(full);
    await tell(its, [kept, revoked]);
    disk.freeBytes = 0;
    await tell(its, [kept]);
    expect((await its.list()).keys.map(({ accessKeyId }) => accessKeyId)).toEqual([kept.accessKeyId]);
    await full.remove();
  });
});
