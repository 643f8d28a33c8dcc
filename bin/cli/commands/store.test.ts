import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "#storage/testing/test-store";
import { lathe } from "../testing/fake-lathe";

let home: string;
let store: TestStore;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "lathe-cli-"));
  store = await startTestStore();
  await leaveLocalFile({});
});
afterEach(async () => {
  await store.remove();
  await rm(home, { recursive: true });
});

async function leaveLocalFile(changes: object): Promise<void> {
  const { endpoint, accessKeyId, secretAccessKey } = store;
  await writeFile(path.join(home, "local.json"), JSON.stringify({ s3: { endpoint, region: "us-east-1", accessKeyId, secretAccessKey, embedded: true, ...changes } }));
}

const scrub = (env: Record<string, string> = {}, ...words: string[]) => lathe(["store", "scrub", ...words], { LATHE_HOME: home, ...env });

async function fill(): Promise<void> {
  const client = store.client();
  await client.createBucket("photos");
  await client.put("photos", "good.jpg", "good");
  await client.put("photos", "鱼.jpg", "secret");
  client.close();
}

/** Changes one stored byte behind the store's back. */
async function damage(text: string): Promise<void> {
  const folder = path.join(store.root, "segments");
  for (const name of await readdir(folder)) {
    const at = (await readFile(path.join(folder, name))).indexOf(text);
    if (at < 0) continue;
    const file = await open(path.join(folder, name), "r+");
    await file.write(Buffer.from("#"), 0, 1, at);
    return file.close();
  }
  throw new Error(`no segment holds ${text}`);
}

describe("store scrub", () => {
  it("says how much is whole", async () => {
    await fill();
    expect(await scrub()).toMatchObject({ code: 0, stdout: "2 objects (10 B) verified, none damaged.\n" });
  });

  it("names what is damaged, and exits 1", async () => {
    await fill();
    await damage("secret");
    const run = await scrub({}, "--json");
    const damaged = [{ bucket: "photos", key: "鱼.jpg", versionId: "null", reason: "the MD5 of its bytes differs from its ETag" }];
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ objects: 2, sizeBytes: 10, damagedObjects: 1, damaged });
    expect(run.stderr).toContain("1 of 2 objects (10 B) are damaged. They are set aside");
    expect((await scrub()).stdout).toContain("s3://photos/鱼.jpg  null     the MD5 of its bytes differs from its ETag\n");
  });

  it("is refused for an object store of one's own, in the environment or where Lathe was started", async () => {
    const mine = "error: The object store at https://s3.example.org is one of your own, not the one that comes with Lathe. Let it check its objects by its own means.\n";
    expect(await scrub({ LATHE_S3_ENDPOINT: "https://s3.example.org" }, "--json")).toEqual({ code: 1, stdout: "", stderr: mine });
    await leaveLocalFile({ endpoint: "https://s3.example.org", embedded: false });
    expect(await scrub()).toEqual({ code: 1, stdout: "", stderr: mine });
  });

  it("says so where nothing was started, where the store is gone, and where the key is another's", async () => {
    await leaveLocalFile({ secretAccessKey: "of an earlier start" });
    expect((await scrub()).stderr).toMatch(/^error: The object store at 127\.0\.0\.1:\d+ does not scrub: .*npm start\.\n$/);
    await leaveLocalFile({ endpoint: "http://127.0.0.1:1" });
    expect((await scrub()).stderr).toContain("The object store at 127.0.0.1:1 does not answer.");
    await rm(path.join(home, "local.json"));
    expect(await scrub()).toMatchObject({ code: 1, stderr: expect.stringContaining(`${path.join(home, "local.json")} does not name one`) });
  });
});
