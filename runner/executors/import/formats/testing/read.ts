import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { DatasetFormat } from "#lib/domain/dataset";
import { MemoryStore } from "#storage/memory-store";
import { isRejection, storeSource, type Found, type SourceItem } from "../../source";
import { openFormat } from "../detect";
import { guarded } from "../guarded";

export type Read = { format: DatasetFormat; items: SourceItem[]; rejections: Extract<Found, { code: string }>[]; logs: string[]; store: MemoryStore };

/** Reads what a prefix of a bucket would give. @param files by key; the bucket is `b` */
export async function readFiles(files: Record<string, string | Uint8Array>, options: { prefix?: string; file?: string; format?: DatasetFormat } = {}): Promise<Read> {
  const store = new MemoryStore();
  await store.createBucket("bucket");
  for (const [key, body] of Object.entries(files)) await store.put("bucket", key, body);
  return readStore(store, options);
}

export async function readStore(store: MemoryStore, options: { prefix?: string; file?: string; format?: DatasetFormat } = {}): Promise<Read> {
  const scratch = mkdtempSync(path.join(tmpdir(), "formats-"));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const logs: string[] = [];
  const { prefix = "set/", file, format: asked } = options;
  const source = storeSource(store, { bucket: "bucket", prefix, file, scratch, signal: new AbortController().signal, log: (_, text) => void logs.push(text) });
  const format = await openFormat(source, asked);
  const items: SourceItem[] = [];
  const rejections: Read["rejections"] = [];
  for await (const found of guarded(format.read(source))) {
    if (isRejection(found)) rejections.push(found);
    else items.push(found);
  }
  return { format: format.name, items, rejections, logs, store };
}

/** What a person cares for: `key: label split`, or the code of why there is none. */
export function said({ items, rejections }: Pick<Read, "items" | "rejections">): Record<string, string> {
  const lines: [string, string][] = items.map(({ key, label, split, unlabelled }) => [key, unlabelled ? `(${unlabelled.code})` : [label ?? "-", split].filter(Boolean).join(" ")]);
  for (const { key, code, reason } of rejections) lines.push([`${key} !${lines.length}`, `${code}: ${reason}`]);
  return Object.fromEntries(lines);
}
