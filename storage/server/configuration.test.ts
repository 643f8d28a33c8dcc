import {
  CopyObjectCommand, CreateMultipartUploadCommand, DeleteBucketLifecycleCommand, DeleteBucketTaggingCommand, DeleteObjectTaggingCommand, GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand, GetBucketPolicyCommand, GetBucketTaggingCommand, GetObjectAclCommand, GetObjectTaggingCommand, HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand, PutBucketTaggingCommand, PutObjectCommand, PutObjectTaggingCommand, S3Client, type LifecycleRule,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendSigned } from "../testing/signed-request";
import { startTestStore, type TestStore } from "../testing/test-store";

let server: TestStore;
let s3: S3Client;
const Bucket = "configured";
beforeAll(async () => {
  server = await startTestStore();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  s3 = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
  const store = server.client();
  await store.createBucket(Bucket);
  store.close();
});
afterAll(async () => {
  s3.destroy();
  expect(server.lines).toEqual([]);
  await server.remove();
});

const refused = (name: string) => expect.objectContaining({ name });
const tags = (...pairs: [string, string][]) => pairs.map(([Key, Value]) => ({ Key, Value }));

describe("tags of objects", () => {
  const tagsOf = async (Key: string) => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
  const put = (Key: string, Tagging?: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", Tagging }));
  const setTags = (Key: string, TagSet: { Key: string; Value: string }[]) => s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));

  it("come with the upload, are read, replaced and deleted", async () => {
    await put("tagged", "colour=dark%20red&n=1");
    expect(await tagsOf("tagged")).toEqual(tags(["colour", "dark red"], ["n", "1"]));
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "tagged" }))).toMatchObject({ TagCount: 2 });
    await setTags("tagged", tags(["食物", "麺 & <b>"]).map((tag) => ({ ...tag, Value: "麺" })));
    expect(await tagsOf("tagged")).toEqual(tags(["食物", "麺"]));
    await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: "tagged" }));
    expect(await tagsOf("tagged")).toEqual([]);
  });

  it("go with a copy, or are replaced by it", async () => {
    await put("from", "a=1");
    const copy = (Key: string, more: object) => s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/from`, ...more }));
    await copy("kept", {});
    expect(await tagsOf("kept")).toEqual(tags(["a", "1"]));
    await copy("replaced", { TaggingDirective: "REPLACE", Tagging: "b=2" });
    expect(await tagsOf("replaced")).toEqual(tags(["b", "2"]));
  });

  it("are held to S3's bounds", async () => {
    await put("bounds");
    await expect(setTags("bounds", Array.from({ length: 11 }, (_, i) => ({ Key: String(i), Value: "" })))).rejects.toEqual(refused("BadRequest"));
    await expect(setTags("bounds", tags(["a".repeat(129), ""]))).rejects.toEqual(refused("InvalidTag"));
    await expect(setTags("bounds", tags(["a", "b".repeat(257)]))).rejects.toEqual(refused("InvalidTag"));
    await expect(setTags("bounds", tags(["a", "1"], ["a", "2"]))).rejects.toEqual(refused("InvalidTag"));
    await expect(setTags("bounds", tags(["<script>", "1"]))).rejects.toEqual(refused("InvalidTag"));
    await expect(put("bounds", "a=1&a=2")).rejects.toEqual(refused("InvalidArgument"));
    await expect(s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "bounds", Tagging: "%zz=1" }))).rejects.toEqual(refused("InvalidArgument"));
    await expect(setTags("never-made", tags(["a", "1"]))).rejects.toEqual(refused("NoSuchKey"));
    expect(await tagsOf("bounds")).toEqual([]);
  });
});

it("keeps a bucket's tags", async () => {
  await expect(s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toEqual(refused("NoSuchTagSet"));
  const TagSet = tags(["team", "vision"]);
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
  await expect(s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toEqual(refused("NoSuchTagSet"));
});

describe("a bucket's lifecycle", () => {
  const put = (Rules: LifecycleRule[]) => s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));

  it("is kept as it was said", async () => {
    await expect(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).rejects.toEqual(refused("NoSuchLifecycleConfiguration"));
    const Rules: LifecycleRule[] = [
      { ID: "days", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 3 } },
      { ID: "date", Status: "Disabled", Filter: { Tag: { Key: "a", Value: "1" } }, Expiration: { Date: new Date("2030-01-01T00:00:00Z") } },
      { ID: "and", Status: "Enabled", Filter: { And: { Prefix: "x", Tags: tags(["a", "1"], ["b", "2"]), ObjectSizeGreaterThan: 5 } }, Expiration: { Days: 1 } },
      { ID: "versions", Status: "Enabled", Filter: { Prefix: "" }, NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 }, Expiration: { ExpiredObjectDeleteMarker: true } },
      { ID: "uploads", Status: "Enabled", Filter: { Prefix: "" }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ];
    await put(Rules);
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    await expect(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).rejects.toEqual(refused("NoSuchLifecycleConfiguration"));
  });

  it("is refused where it cannot be followed", async () => {
    const rule = { ID: "r", Status: "Enabled" as const, Filter: { Prefix: "" } };
    await expect(put([{ ...rule }])).rejects.toEqual(refused("InvalidRequest"));
    await expect(put([{ ...rule, Expiration: { Days: 0 } }])).rejects.toEqual(refused("InvalidArgument"));
    await expect(put([{ ...rule, Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }])).rejects.toEqual(refused("MalformedXML"));
    await expect(put([{ ...rule, Expiration: { Date: new Date("2030-01-01T01:00:00Z") } }])).rejects.toEqual(refused("InvalidArgument"));
    await expect(put([{ ...rule, Status: "Perhaps" as "Enabled", Expiration: { Days: 1 } }])).rejects.toEqual(refused("MalformedXML"));
    await expect(put([1, 2].map(() => ({ ...rule, Expiration: { Days: 1 } })))).rejects.toEqual(refused("InvalidArgument"));
    await expect(put([{ ...rule, Transitions: [{ Days: 1, StorageClass: "GLACIER" }] }])).rejects.toEqual(refused("NotImplemented"));
    await expect(put([{ ...rule, Filter: { Tag: { Key: "a", Value: "1" } }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }])).rejects.toEqual(refused("InvalidRequest"));
  });
});

it("answers what was never set as S3 does", async () => {
  const { Grants, Owner } = await s3.send(new GetBucketAclCommand({ Bucket }));
  expect(Grants).toMatchObject([{ Permission: "FULL_CONTROL", Grantee: { ID: Owner!.ID, Type: "CanonicalUser" } }]);
  await s3.send(new PutObjectCommand({ Bucket, Key: "acl", Body: "x" }));
  expect((await s3.send(new GetObjectAclCommand({ Bucket, Key: "acl" }))).Grants).toHaveLength(1);
  await expect(s3.send(new GetObjectAclCommand({ Bucket, Key: "none" }))).rejects.toEqual(refused("NoSuchKey"));
  await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toEqual(refused("NoSuchBucketPolicy"));
  for (const [word, status] of [["ownershipControls", 200], ["policyStatus", 200], ["logging", 200], ["encryption", 404], ["publicAccessBlock", 404], ["website", 404]] as const) {
    expect((await sendSigned(server, { path: `/${Bucket}?${word}` })).status, word).toBe(status);
    expect((await sendSigned(server, { path: `/never-made?${word}` })).code, word).toBe("NoSuchBucket");
  }
  expect(await sendSigned(server, { method: "PUT", path: `/${Bucket}?policy`, body: "{}" })).toMatchObject({ status: 501 });
});
