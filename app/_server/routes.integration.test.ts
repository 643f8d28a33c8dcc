import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allows } from "#lib/domain/role";
import { operations, workspaceHeader } from "#lib/protocol/api";
import type { Operation } from "#lib/protocol/operation";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";
import { fillWorkspace } from "./testing/fill-workspace";

let lathe: TestWeb;
let owner: Person;
let viewer: Person;
let stranger: Person;

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  owner = await lathe.person({ slug: "acme", role: "owner" });
  viewer = await lathe.person({ slug: "acme", role: "viewer" });
  stranger = await lathe.person({ slug: "other", role: "owner" });
  await fillWorkspace(lathe, owner);
});
afterAll(() => lathe.close());

/** Names of things that are there in acme. */
const there: Record<string, string> = {
  bucket: "acme-routes", dataset: "food", version: "1", job: "job_acme", model: "dishes", endpoint: "dishes", id: "key_nothere", userId: "usr_nothere", group: "1",
};

const queries: Record<string, string> = { "dataset-version.diff": "?from=1" };

const bodies: Record<string, unknown> = {
  "workspace.create": { slug: "sneaky", name: "Sneaky" },
  "member.add": { email: "eve@example.org", name: "Eve", role: "owner" },
  "member.change": { role: "owner" },
  "api-key.create": { name: "k" },
  "bucket.create": { bucket: "acme-second" },
  "object.presign-uploads": { files: [{ key: "a.jpg", sizeBytes: 1 }] },
  "object.presign-downloads": { keys: ["food/cake/1.jpg"] },
  "archive.unpack": { key: "food/cake/1.jpg" },
  "object.delete": { keys: ["food/cake/1.jpg"] },
  "dataset.create": { dataset: "food", bucket: "acme-routes", prefix: "food/" },
  "duplicate.decide": { decision: "keep" },
  "sample.change": { changes: [{ index: 0, revision: 0, label: "tea" }] },
  "sample.change-all": { where: {}, dropped: true },
  "label.add": { label: "soup" },
  "label.rename": { label: "tea", to: "soup" },
  "pre-label.start": { model: "dishes@1" },
  "dataset-version.export": { format: "csv", bucket: "acme-routes", prefix: "out/" },
  "auto-learn.start": { name: "dishes", dataset: "food" },
  "auto-learn.estimate": { name: "dishes", dataset: "food" },
  "s3-key.create": { label: "k", grants: [{ bucket: "acme-routes", access: "read" }] },
  "endpoint.deploy": { model: "dishes@1" },
};

const every = Object.entries(operations) as [string, Operation][];

async function send(name: string, operation: Operation, headers: Record<string, string>) {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, param: string) => there[param]!);
  const answer = await fetch(`${lathe.url}/api/v1${path}${queries[name] ?? ""}`, {
    method: operation.method, headers, ...(operation.body ? { body: JSON.stringify(bodies[name] ?? {}) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as { error?: { code: string; message: string; nextStep: string } } };
}

const bearer = ({ token }: Person) => ({ authorization: `Bearer ${token}` });

describe("every route", () => {
  it.each(every)("%s answers nobody with 401", async (name, operation) => {
    for (const headers of [{}, { authorization: "Bearer lathe_wrong" }, { authorization: "Basic eDp5" }, { cookie: "lathe.session_token=made.up" }]) {
      const { status, body } = await send(name, operation, headers as Record<string, string>);
      expect(status).toBe(401);
      expect(body.error).toMatchObject({ code: expect.any(String), message: expect.any(String), nextStep: expect.any(String) });
    }
  });

  it.each(every)("%s answers another workspace's member with 404", async (name, operation) => {
    const { status, body } = await send(name, operation, { ...bearer(stranger), [workspaceHeader]: "acme" });
    expect([status, body.error?.code]).toEqual([404, "workspace_not_found"]);
  });

  it.each(every.filter(([, { role, path }]) => role !== "user" && /\{/.test(path) && !path.includes("{id}")))(
    "%s has nothing of another workspace's in one's own",
    async (name, operation) => {
      const { status, body } = await send(name, operation, bearer(stranger));
      expect(status).toBe(404);
      expect(body.error?.code).toMatch(/_not_found$/);
    },
  );

  it.each(every.filter(([, { role }]) => role !== "user" && role !== "anyone" && !allows("viewer", role)))("%s is more than a viewer may do", async (name, operation) => {
    const { status, body } = await send(name, operation, bearer(viewer));
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ code: "role_too_small", message: `This needs the role ${operation.role}; yours here is viewer.` });
  });

  it("is in the OpenAPI document", async () => {
    const document = (await (await fetch(`${lathe.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, { operationId: string }>> };
    const described = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(described.sort()).toEqual(Object.keys(operations).sort());
  });

  it("that reads answers a viewer as the catalog says", async () => {
    for (const [name, operation] of every.filter(([, { method }]) => method === "GET")) {
      if (operation.role === "owner") continue;
      const { status, body } = await send(name, operation, bearer(viewer));
      expect([name, status]).toEqual([name, 200]);
      operation.response.parse(body);
    }
  });
});

describe("paths that are no operation", () => {
  it.each([
    ["GET", "/nothing", 404, "route_not_found"],
    ["PUT", "/buckets", 405, "method_not_allowed"],
    ["GET", "/buckets/%E0%A4%A/objects", 400, "invalid_path"],
  ])("%s %s", async (method, path, status, code) => {
    const answer = await fetch(`${lathe.url}/api/v1${path}`, { method, headers: bearer(owner) });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("thumbnails are not shown to strangers", async () => {
    const path = `${lathe.url}/api/v1/buckets/acme-routes/thumbnail?key=food/cake/1.jpg&etag=x`;
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(path, { headers: bearer(stranger) })).status).toBe(404);
    expect((await fetch(`${path}&workspace=acme`, { headers: bearer(stranger) })).status).toBe(404);
  });
});

describe("bodies", () => {
  const post = (body: string) => fetch(`${lathe.url}/api/v1/auto-learn`, { method: "POST", headers: bearer(owner), body });

  it("that are too large are refused", async () => {
    const answer = await post(`{"name":"${"x".repeat(1024 * 1024)}"}`);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([413, "body_too_large"]);
  });

  it.each([
    ["{", "invalid_json", "not valid JSON"],
    ["{}", "invalid_input", '"name"'],
    ['{"name":"m","dataset":"food","maxMinutes":0}', "invalid_input", "the time budget must be more than zero minutes"],
    ['{"name":"m","dataset":"food@x"}', "invalid_version", "food@x"],
    ['{"name":"m","dataset":"nothing"}', "dataset_not_found", "nothing"],
    ['{"name":"m","dataset":"one-label"}', "too_few_labels", 'one label only, "cake"'],
    ['{"name":"m","dataset":"two-pictures"}', "too_few_samples", '"tea" has 2'],
    ['{"name":"m","dataset":"unready"}', "dataset_not_ready", "still being imported"],
    ['{"name":"m","dataset":"food","pretrained":"s3://acme-routes/nothing.safetensors"}', "pretrained_not_found", "nothing.safetensors"],
    ['{"name":"m","dataset":"food","pretrained":"s3://lathe-internal/x.safetensors"}', "bucket_not_found", "lathe-internal"],
  ])("%s is answered with %s", async (body, code, words) => {
    const { error } = (await (await post(body)).json()) as { error: { code: string; message: string; nextStep: string } };
    expect(error).toMatchObject({ code, message: expect.stringContaining(words), nextStep: expect.stringMatching(/\S/) });
  });
});

describe("making a dataset", () => {
  it.each([
    [{ bucket: "acme-routes", prefix: "nothing/" }, "nothing_under_prefix"],
    [{ bucket: "acme-routes", prefix: "food/cake/" }, "no_label_folders"],
    [{ bucket: "not-there", prefix: "" }, "bucket_not_found"],
    [{ bucket: "acme-routes", prefix: "../" }, "invalid_key"],
  ])("from %j is refused before a job is started", async (source, code) => {
    await expect(owner.client.call("dataset.create", { dataset: "fresh", ...source })).rejects.toMatchObject({ code });
    expect((await owner.client.call("dataset.list")).map(({ dataset }) => dataset)).not.toContain("fresh");
  });

  it("answers at once with the version and its job, which can be cancelled", async () => {
    const made = await owner.client.call("dataset.create", { dataset: "food", bucket: "acme-routes", prefix: "food" });
    expect(made).toMatchObject({ dataset: "food", version: 2 });
    expect(await owner.client.call("job.show", { job: made.job })).toMatchObject({ kind: "import-dataset", status: "queued", dataset: "food@2", params: { prefix: "food/" } });
    await expect(owner.client.call("dataset.delete", { dataset: "food" })).rejects.toMatchObject({ code: "dataset_in_use" });
    expect(await owner.client.call("job.cancel", { job: made.job })).toMatchObject({ status: "cancelled" });
    expect(await owner.client.call("dataset-version.show", { dataset: "food", version: 2 })).toMatchObject({ status: "failed", job: made.job });
    await expect(owner.client.call("job.cancel", { job: made.job })).rejects.toMatchObject({ status: 409, code: "job_ended" });
  });
});

describe("auto-learn", () => {
  it("is estimated and started on the newest version that is ready", async () => {
    const estimate = await owner.client.call("auto-learn.estimate", { name: "dishes", dataset: "food", maxMinutes: 5, epochs: 3 });
    expect(estimate).toMatchObject({ epochs: 3, samples: 10 });
    expect(estimate.estimatedMs).toBeLessThanOrEqual(5 * 60_000);
    expect(estimate.reasons.length).toBeGreaterThan(2);
    const job = await owner.client.call("auto-learn.start", { name: "dishes", dataset: "food", maxMinutes: 5 });
    expect(job).toMatchObject({ kind: "auto-learn", status: "queued", dataset: "food@1", params: { dataset: "food@1", maxMinutes: 5, preset: "resnet18" } });
    const { items } = await owner.client.call("job.list", { kind: "auto-learn", limit: 1 });
    expect(items.map(({ job: id }) => id)).toEqual([job.job]);
  });
});

describe("lists", () => {
  it("of samples go on from page to page, by label, split and search", async () => {
    const all: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await viewer.client.call("sample.list", { dataset: "food", version: 1, limit: 4, cursor });
      all.push(...page.items.map(({ index }) => index));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(all).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const tea = await viewer.client.call("sample.list", { dataset: "food", version: 1, label: "tea", split: "train", search: "TEA/7" });
    expect(tea.items).toMatchObject([{ key: "food/tea/7.jpg", url: expect.stringContaining("X-Amz-Signature") }]);
    await expect(viewer.client.call("sample.list", { dataset: "food", version: 1, cursor: "x" })).rejects.toMatchObject({ code: "invalid_cursor" });
  });

  it("of a job's events go on from cursor to cursor", async () => {
    const first = await viewer.client.call("job.events", { job: "job_acme", limit: 2 });
    expect(first).toMatchObject({ nextCursor: "1:2", more: true });
    const rest = await viewer.client.call("job.events", { job: "job_acme", cursor: first.nextCursor });
    expect([rest.items.map(({ seq }) => seq), rest.nextCursor, rest.more]).toEqual([[3], "1:3", false]);
    expect(await viewer.client.call("job.events", { job: "job_acme", cursor: "1:3" })).toEqual({ items: [], nextCursor: "1:3", more: false });
  });
});

describe("models and endpoints", () => {
  it("a version that is served is not deleted; a stopped one is, with its files", async () => {
    const endpoint = await owner.client.call("endpoint.deploy", { endpoint: "second", model: "dishes" });
    expect(endpoint).toMatchObject({ status: "starting", url: `${lathe.web.services.config.url}/serve/acme/second`, labels: ["cake", "tea"] });
    await expect(owner.client.call("model-version.delete", { model: "dishes", version: 1 })).rejects.toMatchObject({ code: "model_in_use" });
    expect(await owner.client.call("endpoint.stop", { endpoint: "second" })).toMatchObject({ status: "stopped", deployments: [] });
    await owner.client.call("endpoint.stop", { endpoint: "dishes" });
    await owner.client.call("model-version.delete", { model: "dishes", version: 1 });
    expect(await owner.client.call("model.list")).toEqual([]);
    expect(await lathe.web.services.store.head("lathe-internal", `workspaces/${owner.workspaceId}/model-versions/mdv_acme/files/weights.bin`)).toBeNull();
  });
});
