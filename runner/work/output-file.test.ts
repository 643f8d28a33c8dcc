import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { measureOutput, readOutput } from "./output-file";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-output-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a file that a child wrote", () => {
  it("is read and measured", async () => {
    await mkdir(path.join(folder, "best"));
    await writeFile(path.join(folder, "best/weights.bin"), "abc");
    expect((await readOutput(folder, "best/weights.bin", 3))?.toString()).toBe("abc");
    // FIPS 180-2, appendix B.1
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(await measureOutput(folder, "best/weights.bin", 3)).toMatchObject({ sizeBytes: 3, sha256 });
    expect(await readOutput(folder, "best/other", 3)).toBeNull();
    expect(await readOutput(folder, "none/other", 3)).toBeNull();
  });

  it("is refused when it is a link, lies behind one, is a pipe, or is too large", async () => {
    await writeFile(path.join(folder, "large"), "abcd");
    await symlink("/etc/passwd", path.join(folder, "link"));
    await symlink("/etc", path.join(folder, "behind"));
    execFileSync("mkfifo", [path.join(folder, "pipe")]);
    await mkdir(path.join(folder, "folder"));
    for (const name of ["large", "link", "behind/passwd", "pipe", "folder"]) {
      await expect(readOutput(folder, name, 3), name).rejects.toMatchObject({ code: "child_output" });
    }
  });
});
