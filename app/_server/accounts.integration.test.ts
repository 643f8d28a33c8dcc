import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeSignInCode } from "#lib/data/sign-in-code";
import { createClient } from "#lib/sdk/client";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

let lathe: TestWeb;
let owner: Person;

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  owner = await lathe.person({ slug: "acme", role: "owner" });
});
afterAll(() => lathe.close());

const follow = (url: string) => fetch(`${lathe.url}${new URL(url).pathname}${new URL(url).search}`, { redirect: "manual" });
const cookieOf = (answer: Response) => answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${lathe.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", origin: lathe.url, ...headers } });
const withCookie = (cookie: string) =>
  createClient({ baseUrl: lathe.url, fetch: (url, init) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), cookie, origin: lathe.url } }) });

async function sessionOf(client: Person["client"]): Promise<string> {
  return cookieOf(await follow((await client.call("sign-in-link.create")).url));
}

describe("a one-time link", () => {
  it("signs in once, into the person's workspace, with a cookie that scripts cannot read", async () => {
    const { url, expiresAtMs } = await owner.client.call("sign-in-link.create");
    expect(expiresAtMs - Date.now()).toBeGreaterThan(59 * 60_000);
    const [first, second] = await Promise.all([follow(url), follow(url)]);
    const used = [first, second].filter((answer) => answer.headers.get("location") === "/w/acme");
    const refused = [first, second].filter((answer) => answer.headers.get("location") === "/sign-in?reason=link-used");
    expect([used.length, refused.length]).toEqual([1, 1]);
    expect(used[0]!.headers.getSetCookie()[0]).toMatch(/^lathe\.session_token=.*HttpOnly; SameSite=Lax/);
    expect(refused[0]!.headers.getSetCookie()).toEqual([]);
    expect(await withCookie(cookieOf(used[0]!)).call("me.show")).toMatchObject({ user: { id: owner.userId }, workspace: { slug: "acme", role: "owner" } });
  });

  it("does nothing when it has expired or was made up", async () => {
    const { db } = lathe.web.services;
    await storeSignInCode(db, { code: "old", userId: owner.userId, now: new Date(Date.now() - 61 * 60_000) });
    for (const code of ["old", "made-up", ""]) {
      expect((await fetch(`${lathe.url}/sign-in/link?code=${code}`, { redirect: "manual" })).headers.get("location")).toBe("/sign-in?reason=link-used");
    }
  });

  it("is not made with a key that has less than its person's whole role", async () => {
    const { key } = await owner.client.call("api-key.create", { name: "reader", role: "viewer" });
    await expect(createClient({ baseUrl: lathe.url, token: key }).call("sign-in-link.create")).rejects.toMatchObject({ status: 403 });
  });
});

describe("a new member", () => {
  it("comes in by the link, sets a password and signs in by it", async () => {
    const { member, signInUrl } = await owner.client.call("member.add", { email: "Ann@Example.org", name: "Ann", role: "viewer" });
    expect(member).toMatchObject({ email: "ann@example.org", role: "viewer" });
    const cookie = cookieOf(await follow(signInUrl!));
    expect((await post("/api/auth/set-password", { newPassword: "short" }, { cookie })).status).toBe(400);
    expect((await post("/api/auth/set-password", { newPassword: "a long password" }, { cookie })).status).toBe(200);
    expect((await post("/api/auth/sign-in/email", { email: "ann@example.org", password: "wrong password" })).status).toBe(401);
    const signedIn = await post("/api/auth/sign-in/email", { email: "ann@example.org", password: "a long password" });
    expect(signedIn.status).toBe(200);
    const session = withCookie(cookieOf(signedIn));
    expect(await session.call("me.show")).toMatchObject({ user: { name: "Ann" }, workspace: { slug: "acme", role: "viewer" } });
    expect((await post("/api/auth/sign-out", {}, { cookie: cookieOf(signedIn) })).status).toBe(200);
    await expect(session.call("me.show")).rejects.toMatchObject({ status: 401 });
    await expect(owner.client.call("member.add", { email: "ann@example.org", name: "Ann", role: "viewer" })).rejects.toMatchObject({ code: "already_member" });
    expect(await owner.client.call("member.change", { userId: member.userId, role: "editor" })).toMatchObject({ role: "editor" });
  });

  it("who is known already gets no link", async () => {
    const other = await lathe.person({ slug: "other", role: "owner" });
    const { user } = await other.client.call("me.show");
    const { signInUrl } = await owner.client.call("member.add", { email: user.email, name: "Known", role: "viewer" });
    expect(signInUrl).toBeNull();
    const session = withCookie(await sessionOf(other.client));
    expect((await session.call("me.show")).workspaces.map(({ slug }) => slug).sort()).toEqual(["acme", "other"]);
    // Their key stays with its own workspace.
    expect((await other.client.call("me.show")).workspaces.map(({ slug }) => slug)).toEqual(["other"]);
  });
});

describe("better-auth over HTTP", () => {
  it.each([
    ["POST", "/sign-up/email"],
    ["POST", "/api-key/create"],
    ["GET", "/api-key/list"],
    ["POST", "/api-key/update"],
    ["POST", "/session-by-link"],
    ["POST", "/delete-user"],
  ])("has no %s %s", async (method, path) => {
    const cookie = await sessionOf(owner.client);
    const answer = await fetch(`${lathe.url}/api/auth${path}`, {
      method, headers: { cookie, origin: lathe.url, "content-type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify({ userId: owner.userId, email: "x@example.org", password: "12345678", name: "x" }) } : {}),
    });
    expect(answer.status).toBe(404);
  });

  it("slows down guessing a password", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push((await post("/api/auth/sign-in/email", { email: "guess@example.org", password: `wrong-${i}` })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 429, 429]);
  });
});

describe("a change asked for with a cookie", () => {
  it("must come from our own pages", async () => {
    const cookie = await sessionOf(owner.client);
    const create = (headers: Record<string, string>) =>
      fetch(`${lathe.url}/api/v1/workspaces`, { method: "POST", headers: { cookie, ...headers }, body: JSON.stringify({ slug: "forged", name: "Forged" }) });
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }] as Record<string, string>[]) {
      const answer = await create(headers);
      expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([403, "foreign_origin"]);
    }
    expect((await create({ origin: lathe.url })).status).toBe(200);
    await expect(withCookie(cookie).call("workspace.create", { slug: "forged", name: "Again" })).rejects.toMatchObject({ code: "workspace_exists" });
  });
});

describe("an API key", () => {
  it("is shown once, listed by its start, and useless once revoked", async () => {
    const { apiKey, key } = await owner.client.call("api-key.create", { name: "ci", role: "editor" });
    expect(key).toMatch(/^lathe_/);
    expect(key.startsWith(apiKey.start)).toBe(true);
    const client = createClient({ baseUrl: lathe.url, token: key });
    expect(await client.call("me.show")).toMatchObject({ workspace: { slug: "acme", role: "editor" } });
    await expect(client.call("member.list")).resolves.toBeInstanceOf(Array);
    await expect(client.call("api-key.create", { name: "more", role: "owner" })).rejects.toMatchObject({ code: "role_too_small" });
    await expect(client.call("workspace.create", { slug: "by-key", name: "x" })).rejects.toMatchObject({ code: "session_needed" });
    expect((await owner.client.call("api-key.list")).map(({ id }) => id)).toContain(apiKey.id);
    expect(JSON.stringify(await lathe.web.services.db.apikey.findMany())).not.toContain(key);
    await owner.client.call("api-key.revoke", { id: apiKey.id });
    await expect(client.call("me.show")).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  it("of another person is not there to revoke", async () => {
    const { apiKey } = await owner.client.call("api-key.create", { name: "mine" });
    const editor = await lathe.person({ slug: "acme", role: "editor" });
    await expect(editor.client.call("api-key.revoke", { id: apiKey.id })).rejects.toMatchObject({ status: 404 });
    expect((await editor.client.call("api-key.list")).map(({ id }) => id)).not.toContain(apiKey.id);
  });

  it("has no more than its person's role, as it is now", async () => {
    const editor = await lathe.person({ slug: "acme", role: "editor" });
    await owner.client.call("member.change", { userId: editor.userId, role: "viewer" });
    await expect(editor.client.call("bucket.create", { bucket: "demoted" })).rejects.toMatchObject({ code: "role_too_small" });
  });
});

describe("the last owner", () => {
  it("can neither leave nor step down, nor can two at once", async () => {
    const sole = await lathe.person({ slug: "duo", role: "owner" });
    const members = await sole.client.call("member.list");
    const founder = members.find(({ userId }) => userId !== sole.userId)!;
    const results = await Promise.allSettled([
      sole.client.call("member.change", { userId: founder.userId, role: "viewer" }),
      sole.client.call("member.remove", { userId: sole.userId }),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
    const owners = await lathe.web.services.db.member.count({ where: { workspaceId: sole.workspaceId, role: "owner" } });
    expect(owners).toBe(1);
  });
});

describe("over https", () => {
  it("the session's cookie is pinned to this host", async () => {
    const secure = await startTestWeb({ database: await createTestDatabase(), store: testStore(), config: { url: "https://lathe.example.org" } });
    try {
      const person = await secure.person({ slug: "acme", role: "owner" });
      const { url } = await person.client.call("sign-in-link.create");
      expect(url).toMatch(/^https:\/\/lathe\.example\.org\/sign-in\/link\?code=/);
      const answer = await fetch(`${secure.url}/sign-in/link${new URL(url).search}`, { redirect: "manual" });
      expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-lathe\.session_token=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(answer.headers.get("strict-transport-security")).toMatch(/max-age/);
      const me = await fetch(`${secure.url}/api/v1/me`, { headers: { cookie: answer.headers.getSetCookie()[0]!.split(";")[0]! } });
      expect(me.status).toBe(200);
    } finally {
      await secure.close();
    }
  });
});
