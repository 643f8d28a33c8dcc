import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { storeSignInCode } from "#lib/data/sign-in-code";
import { createDraft } from "#lib/data/testing/draft";
import { liveNamespace, type LiveServerToClient } from "#lib/protocol/socket";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

let lathe: TestWeb;
let anna: Person;
let mei: Person;
let stranger: Person;
const open: Socket[] = [];
const at = { dataset: "draft", version: 1 };

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  anna = await lathe.person({ slug: "acme", role: "editor" });
  mei = await lathe.person({ slug: "acme", role: "editor" });
  stranger = await lathe.person({ slug: "other", role: "owner" });
});
beforeEach(async () => {
  const { db } = lathe.web.services;
  await db.dataset.deleteMany();
  await createDraft(db, { workspaceId: anna.workspaceId, labels: ["cake", "tea", null, null] });
});
afterEach(() => open.splice(0).forEach((socket) => socket.disconnect()));
afterAll(() => lathe.close());

let codes = 0;
async function page(person: Person): Promise<Socket> {
  const code = `labelling-test-${codes++}`;
  await storeSignInCode(lathe.web.services.db, { code, userId: person.userId, now: new Date() });
  const answer = await fetch(`${lathe.url}/sign-in/link?code=${code}`, { redirect: "manual" });
  const cookie = answer.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  const socket = io(`${lathe.url}${liveNamespace}`, { auth: { workspace: person.slug }, extraHeaders: { cookie }, transports: ["websocket"], forceNew: true, reconnection: false });
  open.push(socket);
  return new Promise((resolve, reject) => socket.once("connect", () => resolve(socket)).once("connect_error", reject));
}

type Changed = Parameters<LiveServerToClient["samples.changed"]>[0];
const nextChange = (socket: Socket) => new Promise<Changed>((resolve) => socket.once("samples.changed", resolve));

describe("labelling", () => {
  it("shows each what the other does, and overwrites neither", async () => {
    const [hers, theirs] = await Promise.all([page(anna), page(mei)]);
    for (const socket of [hers, theirs]) expect(await socket.emitWithAck("samples.subscribe", at)).toEqual({ ok: true });
    const seen = nextChange(theirs);
    const { changed } = await anna.client.call("sample.change", { ...at, changes: [{ index: 2, revision: 0, label: "soup" }] });
    expect(changed).toMatchObject([{ index: 2, label: "soup", state: "labelled", revision: 1, labelledBy: expect.stringContaining("editor"), labelledAtMs: expect.any(Number) }]);
    expect(await seen).toMatchObject({ ...at, draftRevision: 1, samples: [{ index: 2, label: "soup", revision: 1 }] });
    const late = await mei.client.call("sample.change", { ...at, changes: [{ index: 2, revision: 0, label: "tea" }, { index: 3, revision: 0, label: "tea" }] });
    expect(late).toMatchObject({ changed: [{ index: 3 }], conflicts: [{ index: 2, label: "soup", revision: 1 }], draftRevision: 2 });
    const many = nextChange(hers);
    expect(await mei.client.call("sample.change-all", { ...at, where: { label: "tea" }, state: "accepted" })).toEqual({ changed: 2, draftRevision: 3 });
    expect(await many).toEqual({ ...at, draftRevision: 3, samples: null });
    expect(await theirs.emitWithAck("samples.unsubscribe", at)).toEqual({ ok: true });
    expect(await mei.client.call("dataset-version.show", at)).toMatchObject({ unlabelled: 0, labels: [{ label: "cake" }, { label: "tea", train: 1, unsplit: 1 }, { label: "soup", unsplit: 1 }] });
  });

  it("is not shown to another workspace's member", async () => {
    const socket = await page(stranger);
    expect(await socket.emitWithAck("samples.subscribe", at)).toMatchObject({ error: { code: "dataset_not_found" } });
    expect(await socket.emitWithAck("samples.subscribe", { dataset: 7 })).toMatchObject({ error: { code: "invalid_input" } });
  });

  it.each([
    [{ index: 2, revision: 0, label: "a\u0000b" }, "invalid_input"],
    [{ index: 2, revision: 0, label: "   " }, "invalid_input"],
    [{ index: 2, revision: 0, label: "x".repeat(256) }, "invalid_input"],
    [{ index: 2 ** 40, revision: 0, label: "tea" }, "invalid_input"],
    [{ index: 77, revision: 0, label: "tea" }, "sample_not_found"],
    [{ index: 2, revision: 0, boxes: [{ label: "tea", left: 0, top: 0, right: 2, bottom: 1 }] }, "invalid_input"],
    [{ index: 2, revision: 0, boxes: [{ label: "tea", left: 0.5, top: 0, right: 0.5, bottom: 1 }] }, "invalid_box"],
  ])("%j is answered with %s", async (change, code) => {
    await expect(anna.client.call("sample.change", { ...at, changes: [change] })).rejects.toMatchObject({ code, nextStep: expect.stringMatching(/\S/) });
  });

  it("takes a label of any text as text", async () => {
    const label = "<script>alert(1)</script> '\"; DROP TABLE sample; 标签 🍰";
    const { changed } = await anna.client.call("sample.change", { ...at, changes: [{ index: 2, revision: 0, label: ` ${label} ` }] });
    expect(changed).toMatchObject([{ label }]);
    expect(await anna.client.call("label.rename", { ...at, label, to: "cake" })).toMatchObject({ changed: 1 });
  });

  it("asks a model only where there is one and the version is a draft", async () => {
    await expect(anna.client.call("pre-label.start", { ...at, model: "nothing@1" })).rejects.toMatchObject({ code: "model_not_found" });
    await lathe.web.services.db.datasetVersion.updateMany({ data: { status: "ready" } });
    await expect(anna.client.call("pre-label.start", { ...at, model: "nothing@1" })).rejects.toMatchObject({ code: "not_a_draft" });
  });
});
