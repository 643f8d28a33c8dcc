import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "../testing/test-store";

let server: TestStore;
let client: S3Client;
let Bucket: string;
let buckets = 0;
beforeAll(async () => {
  server = await startTestStore();
  connect();
});
afterAll(async () => {
  client.destroy();
  await server.remove();
});
beforeEach(async () => {
  Bucket = `bucket-${++buckets}`;
  const store = server.client();
  await store.createBucket(Bucket);
  store.close();
});

function connect() {
  const { endpoint, accessKeyId, secretAccessKey } = server;
  client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}
const setVersioning = (Status: "Enabled" | "Suspended") => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = async (Key: string, Body: string) => (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
const text = async (Key: string, VersionId?: string) => (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToString();
const remove = (Key: string, VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
const versions = async (options: object = {}) => {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...options }));
  return { page, ids: page.Versions?.map(({ Key, VersionId }) => `${Key} ${VersionId}`) ?? [], markers: page.DeleteMarkers?.map(({ Key, VersionId }) => `${Key} ${VersionId}`) ?? [] };
};

describe("a bucket with versions", () => {
  it("says its state, and before it was ever set none", async () => {
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(await put("a", "1")).toBeUndefined();
    for (const state of ["Enabled", "Suspended"] as const) {
      await setVersioning(state);
      expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe(state);
    }
  });

  it("keeps each put, lists newest first, and reads any by its id, also after a restart", async () => {
    await put("a", "before");
    await setVersioning("Enabled");
    const one = (await put("a", "one"))!;
    const two = (await put("a", "two"))!;
    const other = (await put("b", "other"))!;
    client.destroy();
    await server.close();
    server = await startTestStore({ root: server.root });
    connect();
    expect(await text("a")).toBe("two");
    expect(await text("a", one)).toBe("one");
    expect(await text("a", "null")).toBe("before");
    expect((await versions()).ids).toEqual([`a ${two}`, `a ${one}`, "a null", `b ${other}`]);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).VersionId).toBe(two);
    await expect(text("b", one)).rejects.toMatchObject({ name: "NoSuchVersion" });
    await expect(text("b", "nonsense")).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  it("hides an object behind a delete marker, and shows it again when that is deleted", async () => {
    await setVersioning("Enabled");
    const one = (await put("a", "one"))!;
    const gone = await remove("a");
    expect(gone).toMatchObject({ DeleteMarker: true });
    await expect(text("a")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(text("a", gone.VersionId)).rejects.toMatchObject({ name: "MethodNotAllowed" });
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    expect(await versions()).toMatchObject({ ids: [`a ${one}`], markers: [`a ${gone.VersionId}`] });
    expect(await remove("a", gone.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: gone.VersionId });
    expect(await text("a")).toBe("one");
  });

  it("makes the next older one current when the current one is deleted for good", async () => {
    await setVersioning("Enabled");
    const ids = [await put("a", "1"), await put("a", "2"), await put("a", "3")] as string[];
    await remove("a", ids[2]);
    expect(await text("a")).toBe("2");
    await remove("a", ids[0]);
    await remove("a", ids[1]);
    await expect(text("a")).rejects.toMatchObject({ name: "NoSuchKey" });
    expect(await versions()).toMatchObject({ ids: [], markers: [] });
  });

  it("replaces only the null version while suspended", async () => {
    await put("a", "oldest");
    await setVersioning("Enabled");
    const one = (await put("a", "one"))!;
    await setVersioning("Suspended");
    expect(await put("a", "null again")).toBe("null");
    expect((await versions()).ids).toEqual(["a null", `a ${one}`]);
    expect(await put("a", "null twice")).toBe("null");
    expect(await text("a", "null")).toBe("null twice");
    expect(await remove("a")).toMatchObject({ DeleteMarker: true, VersionId: "null" });
    expect(await versions()).toMatchObject({ ids: [`a ${one}`], markers: ["a null"] });
    await remove("a", "null");
    expect(await text("a")).toBe("one");
  });

  it("is listed page by page without losing or repeating any, with delimiters too", async () => {
    await setVersioning("Enabled");
    const all: string[] = [];
    for (const key of ["a", "b/1", "b/2", "c"]) for (let i = 0; i < 3; i++) all.push(`${key} ${await put(key, String(i))}`);
    for (const MaxKeys of [1, 2, 3, 4, 5, 12]) {
      const seen: string[] = [];
      let marker: object = {};
      for (;;) {
        const { page, ids } = await versions({ MaxKeys, ...marker });
        expect(ids.length).toBeLessThanOrEqual(MaxKeys);
        seen.push(...ids);
        if (!page.IsTruncated) break;
        marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      expect([...seen].sort()).toEqual([...all].sort());
    }
    const folded = await versions({ Delimiter: "/", MaxKeys: 4 });
    expect(folded.page.CommonPrefixes).toEqual([{ Prefix: "b/" }]);
    expect(folded.ids).toHaveLength(3);
    expect(folded.page).toMatchObject({ IsTruncated: true, NextKeyMarker: "b/" });
    expect((await versions({ Delimiter: "/", KeyMarker: "b/" })).ids.map((one) => one[0])).toEqual(["c", "c", "c"]);
  });

  it("copies from a version, and deletes many versions at once", async () => {
    await setVersioning("Enabled");
    const one = (await put("a", "one"))!;
    const two = (await put("a", "two"))!;
    const copy = await client.send(new CopyObjectCommand({ Bucket, Key: "a", CopySource: `${Bucket}/a?versionId=${one}` }));
    expect(copy.CopySourceVersionId).toBe(one);
    expect(await text("a")).toBe("one");
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a", VersionId: two }, { Key: "a" }, { Key: "a", VersionId: copy.VersionId }] } }));
    expect(answer.Errors).toBeUndefined();
    expect(answer.Deleted).toHaveLength(3);
    expect((await versions()).ids).toEqual([`a ${one}`]);
  });

  it("keeps its bucket until the last version is gone", async () => {
    const store = server.client();
    await setVersioning("Enabled");
    const one = await put("a", "one");
    const { VersionId } = await remove("a");
    await expect(store.deleteBucket(Bucket)).rejects.toMatchObject({ code: expect.stringContaining("empty") as string });
    await remove("a", one);
    await remove("a", VersionId);
    await store.deleteBucket(Bucket);
    store.close();
  });
});
