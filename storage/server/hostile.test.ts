import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostileKeys } from "../object-store.contract";
import { readObject } from "../read-object";
import type { S3Store } from "../s3-store";
import { send, sendSigned } from "../testing/signed-request";
import { startTestStore, type TestStore } from "../testing/test-store";

let server: TestStore;
let store: S3Store;
beforeAll(async () => {
  server = await startTestStore({ corsOrigins: ["http://127.0.0.1:3000"] });
  store = server.client();
  await store.createBucket("photos");
});
afterAll(async () => {
  store.close();
  expect(server.lines).toEqual([]);
  await server.remove();
});

async function filesUnder(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).map(String);
}

describe("keys", () => {
  it("never become paths", async () => {
    for (const key of hostileKeys) await store.put("photos", key, `content of ${key}`);
    for (const key of hostileKeys) expect((await readObject(store, "photos", key, 1000)).toString()).toBe(`content of ${key}`);
    const blob = /^blobs(\/[0-9a-z]{6}(\/[0-9a-f]{24})?)?$/;
    expect((await filesUnder(server.root)).filter((file) => !blob.test(file) && !file.startsWith("index/")).sort()).toEqual(["index", "lock", "reserve", "segments", "segments/00000001"]);
    expect(existsSync(path.join(server.root, "../etc"))).toBe(false);
    await store.deleteMany("photos", hostileKeys);
  });

  it("are kept as they came when the address is sent plainly", async () => {
    const put = await sendSigned(server, { method: "PUT", path: "/photos/../../../../tmp/evil", body: "x", headers: { "content-length": "1" } });
    expect(put.status).toBe(200);
    expect((await store.listPage("photos")).objects.map((o) => o.key)).toEqual(["../../../../tmp/evil"]);
    await store.delete("photos", "../../../../tmp/evil");
  });

  it("must be UTF-8 and within bounds", async () => {
    expect(await send(server.endpoint, { path: "/photos/%ff" })).toMatchObject({ status: 400, code: "InvalidURI" });
    expect(await send(server.endpoint, { path: "/photos/%zz" })).toMatchObject({ status: 400, code: "InvalidURI" });
    expect(await send(server.endpoint, { path: `/photos/${"a".repeat(1025)}` })).toMatchObject({ status: 400, code: "KeyTooLongError" });
  });
});

describe("bucket names", () => {
  it.each(["My-Bucket", "ab", "a..b", "192.168.0.1", "a_b", "..", "食物照片", "-abc"])("%j is refused", async (name) => {
    expect(await sendSigned(server, { method: "PUT", path: `/${encodeURIComponent(name)}` })).toMatchObject({ status: 400, code: "InvalidBucketName" });
  });
});

describe("what is not done", () => {
  it.each([
    ["PUT", "/photos?acl"],
    ["PUT", "/photos?policy"],
    ["GET", "/photos?inventory"],
    ["POST", "/photos"],
    ["PATCH", "/photos/key"],
    ["DELETE", "/"],
  ])("%s %s answers NotImplemented", async (method, at) => {
    expect(await sendSigned(server, { method, path: at })).toMatchObject({ status: 501, code: "NotImplemented" });
  });

  it("is not told to strangers", async () => {
    expect(await send(server.endpoint, { path: "/photos?acl" })).toMatchObject({ status: 403, code: "AccessDenied" });
    expect(await send(server.endpoint, { path: "/never-made/key" })).toMatchObject({ status: 403, code: "AccessDenied" });
  });
});

describe("uploaded pages", () => {
  it("cannot run as ours", async () => {
    await store.put("photos", "evil.html", "<script>alert(1)</script>", { contentType: "text/html" });
    const answer = await fetch(await store.presignGet("photos", "evil.html", { expiresInSeconds: 60 }));
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
    const saved = await fetch(await store.presignGet("photos", "evil.html", { expiresInSeconds: 60, downloadName: 'a"b\r\n食物.html' }));
    expect(saved.headers.get("content-disposition")).toBe(`attachment; filename="a_b____.html"; filename*=UTF-8''a%22b%0D%0A%E9%A3%9F%E7%89%A9.html`);
  });

  it("cannot add headers by way of the query", async () => {
    const at = "/photos/evil.html?response-content-type=";
    expect(await sendSigned(server, { path: `${at}${encodeURIComponent("a\r\nset-cookie: b")}` })).toMatchObject({ status: 400, code: "InvalidArgument" });
  });
});

describe("presigned uploads", () => {
  it("take any type and length when none was signed", async () => {
    const { url, headers } = await store.presignPut("photos", "any", { expiresInSeconds: 60 });
    expect(headers).toEqual({});
    expect((await fetch(url, { method: "PUT", headers: { "content-type": "image/webp" }, body: "1234567" })).status).toBe(200);
    expect(await store.head("photos", "any")).toMatchObject({ sizeBytes: 7, contentType: "image/webp" });
  });

  it("take only the length that was signed", async () => {
    const { url, headers } = await store.presignPut("photos", "five", { expiresInSeconds: 60, contentType: "image/png", sizeBytes: 5 });
    expect((await fetch(url, { method: "PUT", headers, body: "123456" })).status).toBe(403);
    expect((await fetch(url, { method: "PUT", headers: { "content-type": "text/html" }, body: "12345" })).status).toBe(403);
    const origin = "http://127.0.0.1:3000";
    const answer = await fetch(url, { method: "PUT", headers: { ...headers, origin }, body: "12345" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("access-control-expose-headers")).toContain("ETag");
    expect(await store.head("photos", "five")).toMatchObject({ sizeBytes: 5, contentType: "image/png" });
  });

  it("may come from Lathe's own page, and from no other", async () => {
    const preflight = (origin: string) =>
      send(server.endpoint, { method: "OPTIONS", path: "/photos/x", headers: { origin, "access-control-request-method": "PUT", "access-control-request-headers": "content-type" } });
    expect(await preflight("http://127.0.0.1:3000")).toMatchObject({ status: 200, headers: { "access-control-allow-headers": "content-type" } });
    expect(await preflight("http://evil.test")).toMatchObject({ status: 403, code: "AccessForbidden" });
  });
});

describe("requests out of bounds", () => {
  it("with an old or future clock are told so", async () => {
    for (const atMs of [Date.now() - 16 * 60_000, Date.now() + 16 * 60_000]) {
      expect(await sendSigned(server, { path: "/photos" }, { atMs })).toMatchObject({ status: 403, code: "RequestTimeTooSkewed" });
    }
  });

  it("are answered before their body is sent", async () => {
    const tooLarge = { method: "PUT", path: "/photos/huge", headers: { "content-length": String(6 * 1024 ** 3), expect: "100-continue" } };
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    socket.write(`${tooLarge.method} ${tooLarge.path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${tooLarge.headers["content-length"]}\r\nexpect: 100-continue\r\n\r\n`);
    const [head] = (await once(socket, "data")) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1.1 403 /);
    expect(head.toString()).toMatch(/connection: close/i);
    socket.destroy();
  });

  it("with much unread body still hear the answer", async () => {
    const answer = await send(server.endpoint, { method: "PUT", path: "/photos/unsigned", body: Buffer.alloc(3_000_000) });
    expect(answer).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  it("with XML that is not S3's are refused", async () => {
    const remove = (body: string) => sendSigned(server, { method: "POST", path: "/photos?delete", body });
    const bomb = `<!DOCTYPE a [<!ENTITY x "${"y".repeat(100)}">]><Delete><Object><Key>&x;</Key></Object></Delete>`;
    for (const body of [bomb, "<Delete>", "no xml", "<Other/>", "<Delete></Delete>", "<Delete><Object/></Delete>", `<Delete>${"<a>".repeat(50_000)}${"</a>".repeat(50_000)}</Delete>`]) {
      expect(await remove(body), body.slice(0, 40)).toMatchObject({ status: 400, code: "MalformedXML" });
    }
    expect(await remove("")).toMatchObject({ status: 400, code: "MissingRequestBodyError" });
    expect(await remove(`<Delete>${" ".repeat(5_000_000)}</Delete>`)).toMatchObject({ status: 400, code: "EntityTooLarge" });
    const many = Array.from({ length: 1001 }, (_, i) => `<Object><Key>${i}</Key></Object>`).join("");
    expect(await remove(`<Delete>${many}</Delete>`)).toMatchObject({ status: 400, code: "MalformedXML" });
  });

  it("without a length, or with too much metadata, are refused", async () => {
    const chunked = await sendSigned(server, { method: "PUT", path: "/photos/x", body: "hello", headers: { "transfer-encoding": "chunked" } });
    expect(chunked).toMatchObject({ status: 411, code: "MissingContentLength" });
    const body = "x";
    const much = await sendSigned(server, { method: "PUT", path: "/photos/x", body, headers: { "x-amz-meta-a": "b".repeat(2100), "content-length": "1" } });
    expect(much).toMatchObject({ status: 400, code: "MetadataTooLarge" });
    const two = await sendSigned(server, { method: "PUT", path: "/photos/x", body, headers: { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x", "content-length": "1" } });
    expect(two).toMatchObject({ status: 400, code: "InvalidRequest" });
  });

  it("cut off in the middle leave nothing", async () => {
    const { url } = await store.presignPut("photos", "cut", { expiresInSeconds: 60 });
    const { pathname, search, host } = new URL(url);
    await store.put("photos", "large", Buffer.alloc(100_000));
    const before = (await filesUnder(path.join(server.root, "blobs"))).length;
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 1000000\r\n\r\n`);
    socket.write(Buffer.alloc(700_000));
    await expect.poll(async () => (await filesUnder(path.join(server.root, "blobs"))).length).toBe(before + 1);
    socket.destroy();
    await expect.poll(async () => (await filesUnder(path.join(server.root, "blobs"))).length).toBe(before);
    expect(await store.head("photos", "cut")).toBeNull();
  });
});
