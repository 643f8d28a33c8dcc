import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LatheError } from "#lib/domain/errors";
import type { ObjectStore } from "#storage/object-store";
import { download, requireSpace } from "./download";
import { untilDatabaseAnswers, untilStoreAnswers } from "./patience";
import { Spool } from "./spool";
import { problemOf } from "./words";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-transfer-"));
});
afterEach(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;
const storeWith = (body: () => Readable) => ({ get: async () => ({ body: body() }) }) as unknown as ObjectStore;

describe("download", () => {
  it("writes the object and tells its size and sha-256", async () => {
    const file = path.join(folder, "abc");
    const found = await download(storeWith(() => Readable.from([Buffer.from("a"), Buffer.from("bc")])), { bucket: "b", key: "k" }, file, never);
    // FIPS 180-2, appendix B.1
    expect(found).toEqual({ sizeBytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
    expect(await readFile(file, "utf8")).toBe("abc");
  });

  it("says that the disk is full, and what is safe", async () => {
    const full = download(storeWith(() => Readable.from([Buffer.alloc(1024)])), { bucket: "b", key: "k" }, "/dev/full", never);
    await expect(full).rejects.toMatchObject({ code: "disk_full", nextStep: expect.stringContaining("untouched") });
    await expect(requireSpace(folder, 2 ** 60)).rejects.toMatchObject({ code: "disk_full", message: expect.stringMatching(/1024 PiB are needed/) });
    await requireSpace(folder, 0);
    expect(problemOf(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })).code).toBe("disk_full");
  });
});

describe("patience", () => {
  const unreachable = () => new LatheError({ code: "store_unreachable", message: "No.", nextStep: "Wait.", status: 503 });

  it("tries again while PostgreSQL or the store cannot be reached, and passes every other failure on", async () => {
    const act = vi.fn().mockRejectedValueOnce(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })).mockResolvedValue("there");
    expect(await untilDatabaseAnswers(act, never)).toBe("there");
    const get = vi.fn().mockRejectedValueOnce(unreachable()).mockResolvedValue("there");
    expect(await untilStoreAnswers(get, never)).toBe("there");
    await expect(untilDatabaseAnswers(() => Promise.reject(new Error("unique")), never)).rejects.toThrow("unique");
    const denied = vi.fn().mockRejectedValue(new LatheError({ code: "store_denied", message: "No.", nextStep: "Keys.", status: 502 }));
    await expect(untilStoreAnswers(denied, never)).rejects.toMatchObject({ code: "store_denied" });
    expect(denied).toHaveBeenCalledOnce();
  });

  it("ends with the signal's reason", async () => {
    const control = new AbortController();
    const waiting = untilDatabaseAnswers(() => {
      setImmediate(() => control.abort(new Error("given away")));
      return Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
    }, control.signal);
    await expect(waiting).rejects.toThrow();
    await expect(untilDatabaseAnswers(async () => expect.fail("it was tried"), control.signal)).rejects.toThrow("given away");
  });
});

describe("spool", () => {
  it("keeps events for the next process until they are forgotten", async () => {
    const what = { jobId: "job_a", attempt: 2, events: [{ seq: 7, atMs: 1, body: { kind: "log", level: "info", text: "last" } as const }] };
    await new Spool(path.join(folder, "spool")).keep(what);
    const next = new Spool(path.join(folder, "spool"));
    expect(await next.list()).toEqual([what]);
    await next.forget(what);
    expect(await next.list()).toEqual([]);
  });
});
