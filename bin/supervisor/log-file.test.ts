import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LogFile } from "./log-file";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-log-"));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe("a child's log", () => {
  it("keeps what was said last", async () => {
    const log = new LogFile(folder, "web");
    for (let i = 0; i < 50; i++) log.write(`line ${i}`);
    expect(log.lastLines().at(-1)).toBe("line 49");
    expect((await readFile(log.path, "utf8")).split("\n")).toHaveLength(51);
  });

  it("says once that it cannot be written, and ends nothing", async () => {
    const said = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    const log = new LogFile(folder, "web");
    await rm(folder, { recursive: true });
    log.write("one");
    log.write("two");
    expect(said).toHaveBeenCalledTimes(1);
    expect(said.mock.calls[0]![0]).toContain("cannot be written");
    expect(log.lastLines()).toEqual(["one", "two"]);
  });
});
