import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realFiles } from "./files";
import { lockFolder } from "./lock";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the lock", () => {
  it("is held by one at a time", async () => {
    const lock = await lockFolder(realFiles, folder);
    await expect(lockFolder(realFiles, folder, 100)).rejects.toThrow(`in use by another object store (process ${process.pid})`);
    await lock.release();
    await (await lockFolder(realFiles, folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("is waited for while its holder ends", async () => {
    const lock = await lockFolder(realFiles, folder);
    const next = lockFolder(realFiles, folder);
    await lock.release();
    await (await next).release();
  });

  it("of a dead process, or of one whose number another has now, holds nobody up", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    for (const holder of [`${child.pid} 12345 ab\n`, `${process.pid} 1 ab\n`, "rubbish\n"]) {
      await writeFile(path.join(folder, "lock"), holder);
      await (await lockFolder(realFiles, folder, 100)).release();
    }
  });

  it("goes to one of several who find a dead holder", async () => {
    await writeFile(path.join(folder, "lock"), `${process.pid} 1 ab\n`);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => lockFolder(realFiles, folder, 300)));
    expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["lock"]);
  });
});
