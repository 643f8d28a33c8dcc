import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "#lib/sdk/client";
import { createTestDatabase, type TestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";

let database: TestDatabase;
let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), "lathe-web-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await database.drop();
  await rm(folder, { recursive: true });
});

function run(env: Record<string, string> = {}) {
  const child = fork(path.join(import.meta.dirname, "main.ts"), {
    execArgv: ["--import", "tsx"],
    silent: true,
    env: {
      ...process.env, ...testStore(), DATABASE_URL: database.url, LATHE_SECRET: "a secret of a test, long enough", LATHE_PORT: "0", LATHE_API_ONLY: "1",
      LATHE_RUNNER_TOKEN: "a-runner-token", LATHE_LOCAL_FILE: path.join(folder, "local.json"), ...env,
    },
  });
  children.push(child);
  const out: string[] = [];
  const err: string[] = [];
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      out.push(line);
      if (line.startsWith("web ready ")) resolve(line.slice("web ready ".length));
    });
    child.once("exit", () => reject(new Error(`web ended: ${err.join("\n")}`)));
  });
  ready.catch(() => {});
  createInterface({ input: child.stderr! }).on("line", (line) => err.push(line));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { child, out, err, ready, exited };
}

const local = async () => JSON.parse(await readFile(path.join(folder, "local.json"), "utf8")) as { url: string; token: string; s3: Record<string, string> };

describe("web's process", () => {
  it("leaves the administrator's key in local.json, keeps it over a restart, and replaces one that is not valid", async () => {
    const first = run({ LATHE_SIGN_IN_CODE: "one-time-code", LATHE_URL: "http://127.0.0.1:3999" });
    const url = await first.ready;
    const kept = await local();
    expect((await stat(path.join(folder, "local.json"))).mode & 0o777).toBe(0o600);
    const store = testStore();
    expect(kept).toEqual({
      url: "http://127.0.0.1:3999",
      token: expect.stringMatching(/^lathe_/),
      s3: { endpoint: store.LATHE_S3_ENDPOINT, region: store.LATHE_S3_REGION, accessKeyId: store.LATHE_S3_ACCESS_KEY_ID, secretAccessKey: store.LATHE_S3_SECRET_ACCESS_KEY, embedded: false },
    });
    expect(await createClient({ baseUrl: url, token: kept.token }).call("me.show")).toMatchObject({ user: { email: "admin@lathe.local" }, workspace: { slug: "local", role: "owner" } });
    const link = await fetch(`${url}/sign-in/link?code=one-time-code`, { redirect: "manual" });
    expect(link.headers.get("location")).toBe("/w/local");
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(first.out.concat(first.err).join("\n")).not.toMatch(/one-time-code|lathe_[A-Za-z]{20}|a-runner-token/);

    const second = run();
    await second.ready;
    expect((await local()).token).toBe(kept.token);
    second.child.kill("SIGTERM");
    await second.exited;

    await writeFile(path.join(folder, "local.json"), '{"token":"lathe_made_up"}');
    const third = run();
    const again = await third.ready;
    const { token } = await local();
    expect([token === kept.token, token === "lathe_made_up"]).toEqual([false, false]);
    await createClient({ baseUrl: again, token }).call("me.show");
  });

  it("ends when its supervisor's channel breaks", async () => {
    const { child, ready, exited } = run();
    await ready;
    child.disconnect();
    expect(await exited).toBe(0);
  });

  it("says in one line that its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { exited, err } = run({ LATHE_PORT: String(port) });
    expect(await exited).toBe(1);
    other.close();
    expect(err.filter((line) => line.startsWith("web cannot start"))).toEqual([
      `web cannot start: Something else listens on 127.0.0.1:${port} already. End it, or choose another port with LATHE_PORT.`,
    ]);
  });

  it("says what is not set, and that PostgreSQL cannot be reached", async () => {
    const unset = run({ LATHE_SECRET: "" });
    expect(await unset.exited).toBe(1);
    expect(unset.err.join("\n")).toContain("LATHE_SECRET is not set.");
    const alone = run({ DATABASE_URL: "postgresql://lathe:secret@127.0.0.1:1/lathe" });
    expect(await alone.exited).toBe(1);
    expect(alone.err.join("\n")).toContain("PostgreSQL at DATABASE_URL cannot be reached");
    expect(alone.out.concat(alone.err).join("\n")).not.toContain("secret@");
  });
});
