import { mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeLathe, lathe, type Handler } from "./testing/fake-lathe";

let folder: string;
let close: (() => Promise<void>) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "lathe-cli-"));
});

afterEach(async () => {
  await close?.();
  close = undefined;
  await rm(folder, { recursive: true });
});

async function against(handler: Handler): Promise<{ url: string; env: Record<string, string> }> {
  const server = await fakeLathe(handler);
  close = server.close;
  return { url: server.url, env: { LATHE_URL: server.url, LATHE_TOKEN: "lathe_test-token" } };
}

/** Presigned addresses on the same fake server, below /store. */
function presignUploads(url: () => string, body: string) {
  const { files } = JSON.parse(body) as { files: { key: string }[] };
  return { json: files.map(({ key }) => ({ key, url: `${url()}/store/${encodeURIComponent(key)}`, headers: {}, reason: null })) };
}

describe("exit codes", () => {
  it.each([
    [["no-such-command"]],
    [["cp", "only-one"]],
    [["cp", "here", "there"]],
    [["auto-learn", "food", "--dataset", "food", "--epochs", "many"]],
    [["auto-learn", "food", "--dataset", "food", "--preset", "vgg"]],
    [["deploy", "food@1", "--endpoint", "e", "--traffic", "101"]],
    [["dataset", "create", "food"]],
  ])("2 and nothing on stdout for %j", async (words) => {
    const run = await lathe([...words, "--json"], { LATHE_HOME: folder });
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/error: /);
  });

  it("1 with one line why when nothing runs there", async () => {
    const run = await lathe(["bucket", "ls", "--json"], { LATHE_URL: "http://127.0.0.1:1", LATHE_TOKEN: "t" });
    expect(run).toEqual({ code: 1, stdout: "", stderr: "error: Lathe does not answer at http://127.0.0.1:1. Start it with npm start, or set LATHE_URL.\n" });
  });

  it("1 when there is no local.json, naming where it looked", async () => {
    const run = await lathe(["bucket", "ls"], { LATHE_HOME: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(path.join(folder, "local.json"));
  });

  it("1 with the server's reason and next step", async () => {
    const { env } = await against(() => ({
      status: 409,
      json: { error: { code: "bucket_exists", message: 'The bucket "food" is there already.', nextStep: "Choose another name." } },
    }));
    const run = await lathe(["bucket", "create", "food"], env);
    expect(run).toEqual({ code: 1, stdout: "", stderr: 'error: The bucket "food" is there already. Choose another name.\n' });
  });
});

describe("the connection", () => {
  it("is read from local.json, and the key travels in the header only", async () => {
    let seen: string | undefined;
    const { url } = await against(({ headers, path: asked, query }) => {
      seen = headers.authorization;
      expect(asked + query.toString()).not.toContain("secret-key");
      return { json: [{ bucket: "food", objects: 2, sizeBytes: 2048, createdAtMs: 0 }] };
    });
    await writeFile(path.join(folder, "local.json"), JSON.stringify({ url, token: "secret-key" }));
    const run = await lathe(["bucket", "ls", "--json"], { LATHE_HOME: folder });
    expect(seen).toBe("Bearer secret-key");
    expect(JSON.parse(run.stdout)).toEqual([{ bucket: "food", objects: 2, sizeBytes: 2048 }]);
    expect(run.stderr).toBe("");
  });
});

describe("cp up", () => {
  it("keeps nested folders and Chinese names, and tries again after a fault", async () => {
    await mkdir(path.join(folder, "冰淇淋/里面"), { recursive: true });
    await writeFile(path.join(folder, "冰淇淋/里面/一.jpg"), "one");
    await writeFile(path.join(folder, "冰淇淋/二 号.jpg"), "two!");
    const stored = new Map<string, string>();
    const faults = new Map<string, number>();
    let server = "";
    const { url, env } = await against(({ method, path: asked, body, headers }) => {
      if (asked.endsWith("/uploads")) return presignUploads(() => server, body);
      const key = asked.slice("/store/".length);
      expect(headers.authorization).toBeUndefined();
      const tries = (faults.get(key) ?? 0) + 1;
      faults.set(key, tries);
      if (method === "PUT" && key.includes("一") && tries < 3) return tries === 1 ? { status: 503, text: "" } : { drop: true };
      stored.set(key, body);
      return { text: "" };
    });
    server = url;
    const run = await lathe(["cp", "--recursive", folder, "s3://food/pictures", "--json"], env);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ files: 2, sizeBytes: 7, failed: [] });
    expect(Object.fromEntries(stored)).toEqual({ "pictures/冰淇淋/里面/一.jpg": "one", "pictures/冰淇淋/二 号.jpg": "two!" });
    expect(faults.get("pictures/冰淇淋/里面/一.jpg")).toBe(3);
  });

  it("names what failed, sends the rest, and exits 1", async () => {
    await writeFile(path.join(folder, "a.jpg"), "a");
    await writeFile(path.join(folder, "b.jpg"), "b");
    await symlink("/etc/hostname", path.join(folder, "link.jpg"));
    let server = "";
    const { url, env } = await against(({ path: asked, body }) => {
      if (asked.endsWith("/uploads")) return presignUploads(() => server, body);
      if (asked.endsWith("b.jpg")) return { status: 400, text: "<Error><Code>BadDigest</Code><Message>The digest differs.</Message></Error>" };
      return { text: "" };
    });
    server = url;
    const run = await lathe(["cp", "-r", folder, "s3://food/", "--json"], env);
    expect(run.code).toBe(1);
    const result = JSON.parse(run.stdout) as { files: number; failed: { path: string; reason: string }[] };
    expect(result.files).toBe(1);
    expect(result.failed).toEqual([
      { path: path.join(folder, "link.jpg"), reason: "is a link; links are not followed" },
      { path: path.join(folder, "b.jpg"), reason: "the object store answered BadDigest: The digest differs." },
    ]);
  });
});

describe("cp up, when the server stops giving addresses", () => {
  it("names every file that did not arrive", async () => {
    for (let i = 0; i < 620; i++) await writeFile(path.join(folder, `${i}.jpg`), "x");
    let server = "";
    let calls = 0;
    const stored = new Set<string>();
    const { url, env } = await against(({ path: asked, body }) => {
      if (!asked.endsWith("/uploads")) {
        stored.add(path.basename(asked));
        return { text: "" };
      }
      // The first call is answered at the second try; the third batch never is.
      if (++calls === 1) return { drop: true };
      return calls < 4 ? presignUploads(() => server, body) : { status: 403, json: { error: { code: "forbidden", message: "You may only look.", nextStep: "Ask an owner." } } };
    });
    server = url;
    const run = await lathe(["cp", "-r", folder, "s3://food/", "--json"], env);
    expect(run.code).toBe(1);
    const { files, failed } = JSON.parse(run.stdout) as { files: number; failed: { path: string; reason: string }[] };
    expect(files).toBe(550);
    expect(new Set(failed.map(({ reason }) => reason))).toEqual(new Set(["You may only look. Ask an owner."]));
    expect(new Set([...stored, ...failed.map((one) => path.basename(one.path))]).size).toBe(620);
    expect(failed.length).toBe(70);
  });
});

describe("cp down", () => {
  it("never writes outside the target folder, whatever the keys say", async () => {
    const target = path.join(folder, "target");
    let server = "";
    const { url, env } = await against(({ path: asked, body }) => {
      if (asked.endsWith("/objects")) {
        const keys = ["p/ok/一.txt", "p/../../escaped.txt", "p//etc/absolute.txt"];
        return { json: { folders: [], nextCursor: null, objects: keys.map((key) => ({ key, sizeBytes: 2, modifiedAtMs: 0, etag: "e", url: "", thumbnailUrl: null })) } };
      }
      if (asked.endsWith("/downloads")) {
        const { keys } = JSON.parse(body) as { keys: string[] };
        return { json: keys.map((key) => ({ key, url: `${server}/store/${encodeURIComponent(key)}` })) };
      }
      return { text: "ok" };
    });
    server = url;
    const run = await lathe(["cp", "-r", "s3://food/p/", target, "--json"], env);
    expect(run.code).toBe(1);
    const result = JSON.parse(run.stdout) as { files: number; failed: { path: string }[] };
    expect(result.failed.map((f) => f.path)).toEqual(["s3://food/p/../../escaped.txt", "s3://food/p//etc/absolute.txt"]);
    expect(await readFile(path.join(target, "ok/一.txt"), "utf8")).toBe("ok");
    expect(await readdir(folder)).toEqual(["target"]);
  });
});

describe("job logs --follow", () => {
  it("prints each line once, over two attempts, and ends with the job", async () => {
    const lines = [
      { attempt: 1, seq: 1, text: "first" },
      { attempt: 1, seq: 2, text: "second" },
      { attempt: 2, seq: 1, text: "again" },
    ];
    let polls = 0;
    const { env } = await against(({ path: asked, query }) => {
      if (asked.endsWith("/jobs/j1")) return { json: { job: "j1", status: ++polls < 3 ? "running" : "succeeded" } };
      const [attempt, seq] = query.get("cursor")!.split(":").map(Number) as [number, number];
      const visible = lines.slice(0, polls);
      const after = visible.filter((l) => l.attempt > attempt || (l.attempt === attempt && l.seq > seq));
      const last = after.at(-1);
      return {
        json: {
          items: after.map((l) => ({ attempt: l.attempt, seq: l.seq, atMs: 0, body: { kind: "log", level: "info", text: l.text } })),
          nextCursor: last ? `${last.attempt}:${last.seq}` : query.get("cursor"),
          more: false,
        },
      };
    });
    const run = await lathe(["job", "logs", "j1", "--follow"], env);
    expect(run).toEqual({ code: 0, stdout: "first\nsecond\nagain\n", stderr: "" });
  });
});

describe("predict", () => {
  it("answers what it could and names what it could not", async () => {
    await writeFile(path.join(folder, "good.jpg"), "picture");
    let server = "";
    const { url, env } = await against(({ path: asked, body }) => {
      if (asked.endsWith("/endpoints/food")) {
        return { json: { endpoint: "food", status: "ready", url: `${server}/serve/local/food`, deployments: [], labels: [], createdAtMs: 0 } };
      }
      expect(body).toBe("picture");
      return { json: [{ label: "doughnut", probability: 0.9 }, { label: "sandwich", probability: 0.1 }] };
    });
    server = url;
    const good = path.join(folder, "good.jpg");
    const run = await lathe(["predict", "food", good, path.join(folder, "missing.jpg"), "--json"], env);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("missing.jpg");
    expect(JSON.parse(run.stdout)).toEqual([{ file: good, predictions: [{ label: "doughnut", probability: 0.9 }, { label: "sandwich", probability: 0.1 }] }]);
  });
});
