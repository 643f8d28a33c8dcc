import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessKeysAdmin } from "#storage/access-keys-client";
import { S3Store } from "#storage/s3-store";
import { processCredentials, startStoreProcess, type StoreProcess } from "#storage/testing/store-process";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { createLog } from "./log";
import { startWeb } from "./web";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

const region = "us-east-1";
let root: string;
let store: StoreProcess;
let lathe: TestWeb;
let owner: Person;
let editor: Person;
let stranger: Person;

function storeWords({ endpoint }: { endpoint: string }) {
  return {
    LATHE_S3_ENDPOINT: endpoint,
    LATHE_S3_ACCESS_KEY_ID: processCredentials.accessKeyId,
    LATHE_S3_SECRET_ACCESS_KEY: processCredentials.secretAccessKey,
    LATHE_S3_EMBEDDED: "1",
  };
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "lathe-s3-keys-"));
  store = await startStoreProcess(root);
  lathe = await startTestWeb({ database: await createTestDatabase(), store: storeWords(store) });
  owner = await lathe.person({ slug: "acme", role: "owner" });
  editor = await lathe.person({ slug: "acme", role: "editor" });
  stranger = await lathe.person({ slug: "other", role: "owner" });
  for (const bucket of ["acme-one", "acme-two"]) await owner.client.call("bucket.create", { bucket });
  await stranger.client.call("bucket.create", { bucket: "other-one" });
});
afterAll(async () => {
  await lathe.close();
  store.child.kill("SIGTERM");
  await store.ended;
  await rm(root, { recursive: true });
});

type Made = { key: { accessKeyId: string }; secretAccessKey: string };
const clientOf = ({ key, secretAccessKey }: Made) => new S3Store({ endpoint: store.endpoint, region, accessKeyId: key.accessKeyId, secretAccessKey });
const make = (person: Person, grants: { bucket: string; access: "read" | "write" }[], label = "laptop") => person.client.call("s3-key.create", { label, grants });
const opens = async (client: S3Store, bucket: string) => client.list(bucket, {})[Symbol.asyncIterator]().next().then(() => true, () => false);
const writes = async (client: S3Store, bucket: string) => client.put(bucket, "a", "x").then(() => true, () => false);
const ids = async (person: Person) => (await person.client.call("s3-key.list")).map(({ accessKeyId }) => accessKeyId);

describe("S3 access keys", () => {
  it("open what they grant, and nothing of another workspace", async () => {
    const made = await make(editor, [{ bucket: "acme-one", access: "write" }, { bucket: "acme-two", access: "read" }]);
    expect(made.connection).toEqual({ endpoint: store.endpoint, region, embedded: true });
    const client = clientOf(made);
    expect([await writes(client, "acme-one"), await writes(client, "acme-two"), await opens(client, "acme-two")]).toEqual([true, false, true]);
    expect([await opens(client, "other-one"), await opens(client, "lathe-internal")]).toEqual([false, false]);
    await expect(make(editor, [{ bucket: "other-one", access: "read" }])).rejects.toMatchObject({ code: "bucket_not_found" });
    await expect(make(editor, [{ bucket: "lathe-internal", access: "read" }])).rejects.toMatchObject({ code: "bucket_not_found" });
    await expect(make(editor, [{ bucket: "acme-one", access: "read" }, { bucket: "acme-one", access: "write" }])).rejects.toMatchObject({ code: "bucket_twice" });
    const listed = (await editor.client.call("s3-key.list")).find(({ accessKeyId }) => accessKeyId === made.key.accessKeyId)!;
    expect(listed.lastUsedAtMs).toBeGreaterThan(0);
    expect(JSON.stringify(listed)).not.toContain(made.secretAccessKey);
    client.close();
  });

  it("are seen and revoked by whoever made them and by owners, by nobody else", async () => {
    const other = await lathe.person({ slug: "acme", role: "editor" });
    const made = await make(editor, [{ bucket: "acme-one", access: "read" }]);
    const id = made.key.accessKeyId;
    expect([await ids(owner), await ids(editor), await ids(other), await ids(stranger)].map((seen) => seen.includes(id))).toEqual([true, true, false, false]);
    for (const person of [other, stranger]) await expect(person.client.call("s3-key.revoke", { id })).rejects.toMatchObject({ code: "s3_key_not_found" });
    const client = clientOf(made);
    expect(await opens(client, "acme-one")).toBe(true);
    await owner.client.call("s3-key.revoke", { id });
    expect(await opens(client, "acme-one")).toBe(false);
    client.close();
    const viewer = await lathe.person({ slug: "acme", role: "viewer" });
    await expect(make(viewer, [{ bucket: "acme-one", access: "read" }])).rejects.toMatchObject({ code: "role_too_small" });
  });

  it("shrink with their maker's role and go with their membership", async () => {
    const leaver = await lathe.person({ slug: "acme", role: "editor" });
    const made = await make(leaver, [{ bucket: "acme-one", access: "write" }]);
    const client = clientOf(made);
    expect(await writes(client, "acme-one")).toBe(true);
    await owner.client.call("member.change", { userId: leaver.userId, role: "viewer" });
    expect([await writes(client, "acme-one"), await opens(client, "acme-one")]).toEqual([false, true]);
    expect((await leaver.client.call("s3-key.list"))[0]!.grants).toEqual([{ bucket: "acme-one", access: "read" }]);
    await owner.client.call("member.remove", { userId: leaver.userId });
    expect(await opens(client, "acme-one")).toBe(false);
    expect(await ids(owner)).not.toContain(made.key.accessKeyId);
    client.close();
  });

  it("do not follow a bucket's name to another workspace", async () => {
    await owner.client.call("bucket.create", { bucket: "moving-name" });
    const made = await make(owner, [{ bucket: "moving-name", access: "write" }, { bucket: "acme-two", access: "read" }]);
    const client = clientOf(made);
    expect(await writes(client, "moving-name")).toBe(true);
    await owner.client.call("bucket.delete", { bucket: "moving-name" });
    await stranger.client.call("bucket.create", { bucket: "moving-name" });
    expect([await opens(client, "moving-name"), await opens(client, "acme-two")]).toEqual([false, true]);
    expect((await owner.client.call("s3-key.list")).find(({ accessKeyId }) => accessKeyId === made.key.accessKeyId)!.grants).toEqual([{ bucket: "acme-two", access: "read" }]);
    client.close();
  });

  it("are taken together again by the next web after a crash left the store otherwise", async () => {
    const kept = await make(editor, [{ bucket: "acme-one", access: "read" }]);
    const admin = accessKeysAdmin({ endpoint: store.endpoint, region, ...processCredentials });
    const planted = { accessKeyId: "LATHEAAAAAAAAAAAAAAA", grants: [{ bucket: "acme-one", access: "write" as const }], expiresAtMs: null };
    await admin.replace((await admin.list()).revision, [planted]);
    const second = await startWeb({ ...lathe.web.services.config, port: 0 }, createLog("silent"));
    const inStore = (await admin.list()).keys.map(({ accessKeyId }) => accessKeyId);
    expect(inStore).toContain(kept.key.accessKeyId);
    expect(inStore).not.toContain(planted.accessKeyId);
    await second.close();
  });

  it("stay when the store is down as they are revoked, and are revoked when it is back", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "lathe-s3-keys-"));
    const first = await startStoreProcess(folder);
    const web = await startTestWeb({ database: await createTestDatabase(), store: storeWords(first) });
    const person = await web.person({ slug: "lonely", role: "owner" });
    await person.client.call("bucket.create", { bucket: "lonely-one" });
    const { key } = await make(person, [{ bucket: "lonely-one", access: "read" }]);
    first.child.kill("SIGKILL");
    await first.ended;
    await expect(person.client.call("s3-key.revoke", { id: key.accessKeyId })).rejects.toMatchObject({ status: 503, code: "store_unreachable" });
    expect(await ids(person)).toEqual([key.accessKeyId]);

    const second = await startStoreProcess(folder, { LATHE_STORE_PORT: new URL(first.endpoint).port });
    const admin = accessKeysAdmin({ endpoint: second.endpoint, region, ...processCredentials });
    expect((await admin.list()).keys).toHaveLength(1);
    await person.client.call("s3-key.revoke", { id: key.accessKeyId });
    expect([(await admin.list()).keys, await ids(person)]).toEqual([[], []]);
    await web.close();
    second.child.kill("SIGTERM");
    await second.ended;
    await rm(folder, { recursive: true });
  });
});

describe("an object store of one's own", () => {
  it("gives no keys, and says where it is without its secrets", async () => {
    const web = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
    const person = await web.person({ slug: "external", role: "owner" });
    expect(await person.client.call("s3.connection")).toEqual({ endpoint: testStore().LATHE_S3_ENDPOINT, region, embedded: false });
    await expect(make(person, [{ bucket: "any", access: "read" }])).rejects.toMatchObject({ status: 409, code: "store_is_external" });
    expect(await person.client.call("s3-key.list")).toEqual([]);
    await web.close();
  });
});
