import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runnerNamespace } from "#lib/protocol/runner-socket";
import { createTestDatabase } from "../../../bin/testing/database";
import { testStore } from "../../../bin/testing/store";
import { createEndpointDeployment } from "../testing/fill";
import { startTestWeb, type Person, type TestWeb } from "../testing/web";

let lathe: TestWeb;
let viewer: Person;
let machine: Socket;
let runnerId: string;
let token: string;
type Ask = { deploymentId: string; image?: Buffer; shape?: number[]; datatype?: string; data?: Buffer };
const asked: Ask[] = [];

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  viewer = await lathe.person({ slug: "acme", role: "viewer" });
  ({ runnerId, token } = await lathe.runner("local"));
  await createEndpointDeployment(lathe.web.services.db, {
    workspaceId: viewer.workspaceId, endpoint: "dishes", model: "dishes", modelVersionId: "mdv_a", runnerId, status: "ready",
  });
  await connectRunner();
});
afterEach(() => asked.splice(0));
afterAll(async () => {
  machine.disconnect();
  await lathe.close();
});

async function connectRunner(): Promise<void> {
  machine = io(`${lathe.url}${runnerNamespace}`, { auth: { name: "local", token }, transports: ["websocket"], forceNew: true });
  await new Promise<void>((resolve) => machine.once("connect", resolve));
  machine.on("endpoint.predict", (body: Ask, answer: (result: unknown) => void) => {
    asked.push(body);
    if (body.image!.toString() === "broken") return answer({ error: { code: "not_an_image", message: "This is no picture.", nextStep: "Send a JPEG.", status: 422 } });
    answer({ predictions: [{ label: "tea", probability: 0.25 }, { label: "cake", probability: 0.75 }] });
  });
  machine.on("endpoint.infer", (body: Ask, answer: (result: unknown) => void) => {
    asked.push(body);
    const batch = body.shape![0]!;
    answer({ shape: [batch, 2], probabilities: Buffer.from(new Float32Array(batch * 2).fill(0.5).buffer) });
  });
}

const at = (path: string, init: RequestInit = {}, person: Person | null = viewer) =>
  fetch(`${lathe.url}/serve/acme/dishes${path}`, { ...init, headers: { ...(person ? { authorization: `Bearer ${person.token}` } : {}), ...init.headers } });
const json = async (answer: Response) => [answer.status, await answer.json()] as [number, never];
const inferPath = "/v2/models/dishes/infer";
const infer = (body: object) => at(inferPath, { method: "POST", body: JSON.stringify(body) });

describe("an endpoint's state", () => {
  it("is told as the Open Inference Protocol has it", async () => {
    expect(await json(await at("/v2"))).toEqual([200, { name: "lathe", version: expect.any(String), extensions: ["binary_tensor_data"] }]);
    expect(await json(await at("/v2/health/live"))).toEqual([200, { live: true }]);
    expect(await json(await at("/v2/health/ready"))).toEqual([200, { ready: true }]);
    expect(await json(await at("/v2/models/dishes/ready"))).toEqual([200, { name: "dishes", ready: true }]);
    expect(await json(await at("/v2/models/dishes"))).toMatchObject([
      200,
      { name: "dishes", versions: ["1"], inputs: [{ name: "image", datatype: "FP32", shape: [-1, -1, -1, 3] }], outputs: [{ name: "probabilities", shape: [-1, 2] }] },
    ]);
    expect((await at("/v2/models/other")).status).toBe(404);
    expect((await at("/v3")).status).toBe(404);
  });

  it("is nobody else's business", async () => {
    const stranger = await lathe.person({ slug: "other", role: "owner" });
    expect((await at("/v2", {}, null)).status).toBe(401);
    expect((await at("/v2", {}, stranger)).status).toBe(404);
    expect((await at("/predict", { method: "POST", body: "x" }, null)).status).toBe(401);
    expect((await fetch(`${lathe.url}/serve/acme/nothing/v2`, { headers: { authorization: `Bearer ${viewer.token}` } })).status).toBe(404);
  });
});

describe("predict", () => {
  it.each(["/predict", "/v2/models/dishes/predict"])("takes a picture's bytes at %s", async (path) => {
    const answer = await at(path, { method: "POST", body: Buffer.from([0xff, 0xd8, 0xff]), headers: { "content-type": "image/jpeg" } });
    expect(await json(answer)).toEqual([200, [{ label: "cake", probability: 0.75 }, { label: "tea", probability: 0.25 }]]);
    expect(asked).toMatchObject([{ deploymentId: "dep_mdv_a" }]);
    expect([...asked[0]!.image!]).toEqual([0xff, 0xd8, 0xff]);
  });

  it("takes several files as a form, in their order", async () => {
    const form = new FormData();
    form.append("file", new Blob(["one"]), "冰淇淋.jpg");
    form.append("file", new Blob(["two"]), "tea.jpg");
    const [status, body] = await json(await at("/predict", { method: "POST", body: form }));
    expect(status).toBe(200);
    expect(body).toMatchObject([{ file: "冰淇淋.jpg", predictions: [{ label: "cake" }, { label: "tea" }] }, { file: "tea.jpg" }]);
    expect(asked.map(({ image }) => image!.toString())).toEqual(["one", "two"]);
  });

  it("passes on what the runner says is wrong", async () => {
    expect(await json(await at("/predict", { method: "POST", body: "broken" }))).toEqual([
      422, { error: { code: "not_an_image", message: "This is no picture.", nextStep: "Send a JPEG." } },
    ]);
  });

  it.each([
    ["nothing", "", {}],
    ["a form without a file", new URLSearchParams({ a: "b" }).toString(), { "content-type": "multipart/form-data; boundary=x" }],
  ])("refuses %s", async (_, body, headers) => {
    expect(await json(await at("/predict", { method: "POST", body, headers }))).toMatchObject([400, { error: { code: "no_picture" } }]);
    expect(asked).toEqual([]);
  });

  it("refuses more than 32 MiB with 413", async () => {
    expect(await json(await at("/predict", { method: "POST", body: Buffer.alloc(32 * 1024 * 1024 + 1) }))).toMatchObject([413, { error: { code: "body_too_large" } }]);
  });
});

describe("infer", () => {
  const pixels = Array.from({ length: 12 }, (_, i) => i / 16);
  const image = { name: "image", datatype: "FP32", shape: [1, 2, 2, 3] };

  it("takes and gives JSON", async () => {
    expect(await json(await infer({ id: "7", inputs: [{ ...image, data: pixels }] }))).toEqual([
      200,
      { model_name: "dishes", model_version: "1", id: "7", outputs: [{ name: "probabilities", datatype: "FP32", shape: [1, 2], data: [0.5, 0.5] }] },
    ]);
    expect(asked).toMatchObject([{ datatype: "FP32", shape: [1, 2, 2, 3] }]);
    const sent = asked[0]!.data!;
    expect(Array.from({ length: 12 }, (_, i) => sent.readFloatLE(i * 4))).toEqual(pixels);
  });

  it("takes nested numbers, bytes and a batch", async () => {
    const two = [0, 1].map(() => [[[1, 2, 255], [4, 5, 6]]]);
    const [, body] = await json(await infer({ inputs: [{ name: "image", datatype: "UINT8", shape: [2, 1, 2, 3], data: two }] }));
    expect(body).toMatchObject({ outputs: [{ shape: [2, 2] }] });
    expect([...asked[0]!.data!]).toEqual([1, 2, 255, 4, 5, 6, 1, 2, 255, 4, 5, 6]);
  });

  it("takes and gives binary tensors", async () => {
    const raw = Buffer.from(Float32Array.from(pixels).buffer);
    const head = Buffer.from(JSON.stringify({
      inputs: [{ ...image, parameters: { binary_data_size: raw.length } }],
      outputs: [{ name: "probabilities", parameters: { binary_data: true } }],
    }));
    const answer = await at(inferPath, { method: "POST", body: Buffer.concat([head, raw]), headers: { "inference-header-content-length": String(head.length) } });
    expect(answer.status).toBe(200);
    const jsonBytes = Number(answer.headers.get("inference-header-content-length"));
    const body = Buffer.from(await answer.arrayBuffer());
    expect(JSON.parse(body.subarray(0, jsonBytes).toString())).toMatchObject({ outputs: [{ name: "probabilities", parameters: { binary_data_size: 8 } }] });
    expect([body.readFloatLE(jsonBytes), body.readFloatLE(jsonBytes + 4), body.length]).toEqual([0.5, 0.5, jsonBytes + 8]);
    expect(asked[0]!.data!.equals(raw)).toBe(true);
  });

  it.each([
    [{ inputs: [{ ...image, name: "x", data: pixels }] }, 'no input named "image"'],
    [{ inputs: [{ ...image, data: pixels.slice(1) }] }, "there are 11 numbers, and the shape needs 12"],
    [{ inputs: [{ ...image, datatype: "INT64", data: pixels }] }, "INT64"],
    [{ inputs: [{ ...image, shape: [12], data: pixels }] }, "[B, H, W, 3] is needed"],
    [{ inputs: [{ ...image, datatype: "UINT8", data: pixels.map(() => 256) }] }, "0 to 255"],
    [{ inputs: [{ ...image, parameters: { binary_data_size: 48 } }] }, "the body ends before the tensor does"],
    [{ inputs: [{ ...image, data: pixels }], outputs: [{ name: "logits" }] }, 'the only output is "probabilities"'],
    [{}, "inputs"],
  ])("refuses %j", async (body, words) => {
    expect(await json(await infer(body))).toMatchObject([400, { error: { code: "invalid_tensor", message: expect.stringContaining(words) } }]);
    expect(asked).toEqual([]);
  });
});

describe("without a runner", () => {
  it("says so with 503 and a next step, and serves again once it is back", async () => {
    machine.disconnect();
    await expect.poll(async () => (await at("/v2/health/ready")).status).toBe(503);
    const answer = await at("/predict", { method: "POST", body: "x" });
    expect(await json(answer)).toMatchObject([503, { error: { code: "runner_unreachable", nextStep: expect.stringContaining("Try again") } }]);
    expect(answer.headers.get("retry-after")).toBe("2");
    await connectRunner();
    expect((await at("/predict", { method: "POST", body: "x" })).status).toBe(200);
  });

  it("that goes away while it works is told at once", async () => {
    machine.removeAllListeners("endpoint.predict");
    const got = new Promise<void>((resolve) => machine.once("endpoint.predict", () => resolve()));
    const pending = at("/predict", { method: "POST", body: "x" });
    await got;
    machine.disconnect();
    expect(await json(await pending)).toMatchObject([503, { error: { code: "runner_unreachable" } }]);
    await connectRunner();
  });

  it("on a stopped endpoint says that it is stopped", async () => {
    await lathe.web.services.db.deployment.updateMany({ data: { status: "stopped" } });
    expect(await json(await at("/predict", { method: "POST", body: "x" }))).toMatchObject([503, { error: { code: "endpoint_stopped", message: expect.stringContaining("stopped") } }]);
    expect((await at("/v2/models/dishes/ready")).status).toBe(503);
  });
});
