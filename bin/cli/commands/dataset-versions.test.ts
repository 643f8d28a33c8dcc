import { afterEach, describe, expect, it } from "vitest";
import { fakeLathe, lathe, type Handler } from "../testing/fake-lathe";

let close: (() => Promise<void>) | undefined;

afterEach(async () => {
  await close?.();
  close = undefined;
});

async function against(handler: Handler): Promise<Record<string, string>> {
  const server = await fakeLathe(handler);
  close = server.close;
  return { LATHE_URL: server.url, LATHE_TOKEN: "lathe_test-token" };
}

const version = { dataset: "food", version: 3, status: "ready", digest: "d", samples: 5, unlabelled: 1, rejected: 0, labels: [{ label: "cake" }], error: null };

/** A server whose job ends well, with the version as it then is. @returns what was asked of it */
async function versions(status: string): Promise<{ asked: { path: string; body: unknown }[]; env: Record<string, string> }> {
  const asked: { path: string; body: unknown }[] = [];
  const env = await against(({ method, path, body }) => {
    if (path.includes("/jobs/")) return { json: { job: "j1", status: "succeeded", error: null } };
    if (path.endsWith("/rejected")) return { json: { items: [], nextCursor: null } };
    if (method === "POST") {
      asked.push({ path: path.replace(/^.*\/datasets/, ""), body: JSON.parse(body) });
      return { json: { dataset: "food", version: 3, job: "j1" } };
    }
    return { json: { ...version, status } };
  });
  return { asked, env };
}

describe("dataset versions", () => {
  it.each([
    [["freeze", "food@3", "--test", "0.2", "--resplit"], "ready", { path: "/food/versions/3/freeze", body: { split: { test: 0.2, keep: false } } }],
    [["freeze", "food@3"], "ready", { path: "/food/versions/3/freeze", body: {} }],
    [["derive", "food@3"], "draft", { path: "/food/versions/3/derive", body: { draft: true } }],
    [["sync", "food@3"], "ready", { path: "/food/versions/3/derive", body: { sync: true, draft: false } }],
    [
      ["create", "food", "--from", "s3://b/p", "--format", "csv", "--file", "p/x.csv", "--draft", "--seed", "7"], "draft",
      { path: "", body: { dataset: "food", bucket: "b", prefix: "p/", format: "csv", file: "p/x.csv", draft: true, split: { seed: 7 } } },
    ],
  ])("%j", async (words, status, expected) => {
    const { asked, env } = await versions(status);
    const run = await lathe(["dataset", ...words, "--json"], env);
    expect(run.code).toBe(0);
    expect(asked).toEqual([expected]);
    expect(JSON.parse(run.stdout)).toEqual({ dataset: "food", version: 3, status, digest: "d", samples: 5, unlabelled: 1, labels: ["cake"], rejected: [] });
  });

  it("that could not be frozen say why, exit 1", async () => {
    const env = await against(({ method, path }) => {
      if (path.includes("/jobs/")) return { json: { job: "j1", status: "failed", error: null } };
      if (method === "POST") return { json: { dataset: "food", version: 3, job: "j1" } };
      return { json: { ...version, status: "draft", error: { code: "store_full", message: "The store is full.", nextStep: "Free space." } } };
    });
    expect(await lathe(["dataset", "freeze", "food@3", "--json"], env)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("error: The store is full. Free space.") });
  });

  it("are exported to a prefix", async () => {
    const { asked, env } = await versions("ready");
    const run = await lathe(["dataset", "export", "food@3", "--format", "csv", "--to", "s3://out/here", "--json"], env);
    expect(asked).toEqual([{ path: "/food/versions/3/export", body: { format: "csv", bucket: "out", prefix: "here/" } }]);
    expect(JSON.parse(run.stdout)).toEqual({ dataset: "food", version: 3, format: "csv", to: "s3://out/here/", job: "j1" });
    expect((await lathe(["dataset", "export", "food@3", "--to", "s3://out/here"], env)).code).toBe(2);
  });

  it("are compared over all pages", async () => {
    const change = (key: string) => ({ kind: "added", key, before: null, after: { label: "cake", split: "train", sha256: "s", thumbnailUrl: "" } });
    const counts = { added: 2, removed: 0, relabelled: 0, moved: 0, replaced: 0, same: 1 };
    const env = await against(({ query }) => (query.get("cursor") ? { json: { items: [change("b")], nextCursor: null, counts } } : { json: { items: [change("a")], nextCursor: "1", counts } }));
    const run = await lathe(["dataset", "diff", "food@1", "food@2", "--json"], env);
    expect(JSON.parse(run.stdout)).toEqual({ counts, changes: ["a", "b"].map((key) => ({ kind: "added", key, before: null, after: { label: "cake", split: "train", sha256: "s" } })) });
    expect((await lathe(["dataset", "diff", "food@1", "tea@2"], env)).code).toBe(2);
  });
});
