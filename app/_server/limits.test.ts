import { PassThrough } from "node:stream";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { readConfig } from "./config";
import { isSameOrigin } from "./origin";
import { RateLimit } from "./rate-limit";
import { readBody } from "./read-body";

describe("where a request comes from", () => {
  const host = "127.0.0.1:3000";
  it.each([
    [{ origin: "http://127.0.0.1:3000" }, true],
    [{ origin: "https://lathe.example.org" }, true],
    [{ origin: "http://127.0.0.1:3001" }, false],
    [{ origin: "http://127.0.0.1:3000.evil.example" }, false],
    [{ origin: "null" }, false],
    [{}, true],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "same-site" }, false],
    [{ "sec-fetch-site": "cross-site" }, false],
  ])("%j is ours: %s", (headers, ours) => expect(isSameOrigin({ host, ...headers }, "https://lathe.example.org")).toBe(ours));
});

describe("attempts", () => {
  it("are counted by key, and forgotten when their window is over", () => {
    const limit = new RateLimit({ max: 2, windowMs: 1000 });
    limit.take("a", 0);
    limit.take("a", 999);
    limit.take("b", 999);
    expect(() => limit.take("a", 999)).toThrow(/too many attempts/);
    limit.take("a", 1000);
  });

  it("of ever new keys do not fill the memory", () => {
    const limit = new RateLimit({ max: 1, windowMs: 1000 });
    for (let i = 0; i < 30_000; i++) limit.take(String(i), 0);
    limit.take("0", 0);
  });
});

describe("a body", () => {
  const request = (headers: Record<string, string> = {}) => Object.assign(new PassThrough(), { headers }) as unknown as IncomingMessage & PassThrough;

  it("is refused by what is announced, before it comes", async () => {
    await expect(readBody(request({ "content-length": "11" }), 10)).rejects.toMatchObject({ status: 413 });
  });

  it("is refused when more comes than is allowed, though nothing was announced", async () => {
    const sending = request();
    const reading = readBody(sending, 10);
    sending.write("12345678");
    sending.write("12345678");
    await expect(reading).rejects.toMatchObject({ status: 413, code: "body_too_large" });
  });

  it("that breaks off is said to have", async () => {
    const sending = request();
    const reading = readBody(sending, 10);
    sending.write("123");
    sending.destroy(new Error("aborted"));
    await expect(reading).rejects.toMatchObject({ code: "request_aborted" });
  });
});

describe("settings", () => {
  const good = {
    DATABASE_URL: "postgresql://h/d", LATHE_SECRET: "0123456789abcdef", LATHE_S3_ENDPOINT: "http://s", LATHE_S3_ACCESS_KEY_ID: "a", LATHE_S3_SECRET_ACCESS_KEY: "b",
  };
  it("have defaults for all that can have one", () => {
    expect(readConfig(good)).toMatchObject({ host: "127.0.0.1", port: 3000, url: "http://127.0.0.1:3000", dev: false, s3: { region: "us-east-1", publicEndpoint: "http://s" } });
    expect(readConfig({ ...good, LATHE_URL: "https://l.example.org/" }).url).toBe("https://l.example.org");
  });
  it.each([
    [{ DATABASE_URL: "", LATHE_SECRET: "" }, "DATABASE_URL, LATHE_SECRET are not set"],
    [{ LATHE_SECRET: "short" }, "LATHE_SECRET has fewer than 16 characters"],
    [{ LATHE_PORT: "http" }, 'LATHE_PORT is "http"'],
    [{ LATHE_URL: "lathe.example.org" }, "LATHE_URL"],
  ])("%j are refused by name", (env, words) => expect(() => readConfig({ ...good, ...env })).toThrow(words));
});
