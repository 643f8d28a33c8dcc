import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realFiles } from "../disk/files";
import { StoreFolder } from "../disk/store";
import type { LifecycleRule, ObjectEntry, Tag } from "../entries";
import { dueMs, sweep } from "./lifecycle";

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1, 12);
const all = { prefix: "", tags: [] };

let root: string;
let store: StoreFolder;
let nowMs: number;
const now = () => nowMs;
beforeEach(async () => {
  nowMs = start;
  root = await mkdtemp(path.join(tmpdir(), "lathe-lifecycle-"));
  const unexpected = (what: unknown) => expect.fail(String(what));
  store = await StoreFolder.open({ files: realFiles, root, minFreeBytes: 0, warn: unexpected, onBroken: unexpected });
  await store.commit({ op: "bucket", bucket: "b", atMs: nowMs });
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

async function put(key: string, { sizeBytes = 1, tags }: { sizeBytes?: number; tags?: Tag[] } = {}): Promise<void> {
  const blob = { id: "", sizeBytes };
  const entry: ObjectEntry = { headers: {}, metadata: {}, sizeBytes, etag: "e", modifiedAtMs: nowMs, blobs: [blob], tags };
  await store.commit({ op: "put", bucket: "b", key, version: store.nextVersion("b"), entry }, { blob, bytes: Buffer.alloc(sizeBytes) });
}
const versioning = (value: "enabled" | "suspended") => store.commit({ op: "config", bucket: "b", name: "versioning", value });
const rules = (...value: Partial<LifecycleRule>[]) =>
  store.commit({ op: "config", bucket: "b", name: "lifecycle", value: value.map((rule) => ({ enabled: true, filter: all, ...rule })) });

async function left(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, version, isLatest } of store.bucket("b").versionsFrom("")) found.push(`${key}${isLatest ? "" : " older"}${version.content ? "" : " marker"}`);
  return found;
}
async function after(days: number): Promise<string[]> {
  nowMs = start + days * day;
  await sweep({ store, now });
  return left();
}

describe("lifecycle rules", () => {
  it("count whole days, to the next midnight UTC", () => {
    expect(dueMs(start, 1)).toBe(Date.UTC(2026, 0, 3));
    expect(dueMs(Date.UTC(2026, 0, 1), 1)).toBe(Date.UTC(2026, 0, 2));
  });

  it("remove what is old enough and fits the filter, and nothing else", async () => {
    await rules({ filter: { prefix: "logs/", tags: [{ key: "keep", value: "no" }], largerThanBytes: 10, smallerThanBytes: 100 }, expiration: { days: 2 } });
    const tags = [{ key: "keep", value: "no" }];
    await put("logs/fits", { sizeBytes: 50, tags });
    await put("logs/untagged", { sizeBytes: 50 });
    await put("logs/small", { sizeBytes: 10, tags });
    await put("logs/large", { sizeBytes: 100, tags });
    await put("other", { sizeBytes: 50, tags });
    expect(await after(2.4)).toHaveLength(5);
    expect(await after(2.5)).toEqual(["logs/large", "logs/small", "logs/untagged", "other"]);
  });

  it("remove at a date, unless disabled", async () => {
    await put("a");
    await rules({ enabled: false, expiration: { atMs: start + day } });
    expect(await after(2)).toEqual(["a"]);
    await rules({ expiration: { atMs: start + 3 * day } });
    expect(await after(2)).toEqual(["a"]);
    expect(await after(3)).toEqual([]);
  });

  it("hide current versions behind a marker where versions are kept, then let the rest go one after the other", async () => {
    await versioning("enabled");
    await put("a");
    await rules({ expiration: { days: 1 } }, { noncurrent: { days: 3 } }, { expiration: { expiredDeleteMarkers: true } });
    expect(await after(2)).toEqual(["a marker", "a older"]);
    expect(await after(5)).toEqual(["a marker", "a older"]);
    expect(await after(5.5)).toEqual(["a marker"]);
    expect(await after(6)).toEqual([]);
  });

  it("keep the newest older versions, as many as the rule says", async () => {
    await versioning("enabled");
    for (let i = 0; i < 5; i++) await put("a");
    await rules({ noncurrent: { days: 1, keep: 2 } });
    expect(await after(9)).toEqual(["a", "a older", "a older"]);
  });

  it("give up uploads as their rule says, and after a week in any case", async () => {
    const begin = (id: string, key: string) => store.commit({ op: "upload", bucket: "b", upload: { id, key, startedAtMs: nowMs, headers: {}, metadata: {} } });
    await begin("1", "tmp/a");
    await begin("2", "b");
    await rules({ filter: { prefix: "tmp/", tags: [] }, abortUploadsAfterDays: 1 });
    await after(2);
    expect([store.bucket("b").upload("tmp/a", "1"), store.bucket("b").upload("b", "2")?.id]).toEqual([undefined, "2"]);
    await after(7);
    expect(store.bucket("b").upload("b", "2")).toBeUndefined();
  });
});
