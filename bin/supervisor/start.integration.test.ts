import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify } from "../preflight/identity.mjs";
import { root } from "../preflight/settings.mjs";
import { freePort } from "../testing/free-port";
import { type RunningLathe, startLathe } from "../testing/lathe";
import { Program } from "../testing/program";

/** The true `npm start`, from its first line to its exit code. The pages are built before, or by its first start. */
let lathe: RunningLathe;
let port: string;

beforeAll(async () => {
  port = String(await freePort());
  lathe = await startLathe({ env: { LATHE_PORT: port } });
}, 600_000);

afterAll(async () => {
  await lathe?.stop();
  if (lathe) await rm(lathe.home, { recursive: true });
});

type RunFile = { pid: number; identity: string };

async function runFile(name: string): Promise<RunFile> {
  return JSON.parse(await readFile(path.join(lathe.home, "run", `${name}.json`), "utf8")) as RunFile;
}

async function isReady(): Promise<boolean> {
  return fetch(`${lathe.url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

const children = ["postgres", "store", "web", "runner"];

describe("npm start", () => {
  it("prints the sign-in link and last the address it is ready at", async () => {
    expect(lathe.lines.at(-1)).toBe(`Lathe is ready: http://127.0.0.1:${port}`);
    expect(lathe.lines.at(-2)).toMatch(/^Sign in: http:\S+\/sign-in\/link\?code=\S+ {2}\(one time, valid 1 hour\)$/);
    expect(await isReady()).toBe(true);
  });

  it("leaves the local administrator's keys to this user alone", async () => {
    const file = path.join(lathe.home, "local.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(lathe.home, "secrets.json"))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      url: lathe.url,
      token: expect.any(String),
      s3: {
        endpoint: expect.stringMatching(/^http:/),
        region: expect.any(String),
        accessKeyId: expect.any(String),
        secretAccessKey: expect.any(String),
        // no environment names another store here
        embedded: true,
      },
    });
  });

  it("tells no secret on the console or in a log", async () => {
    const secrets = Object.values(JSON.parse(await readFile(path.join(lathe.home, "secrets.json"), "utf8")) as object);
    const logs = await Promise.all(
      children.map((name) => readFile(path.join(lathe.home, "logs", `${name}.log`), "utf8").catch(() => "")),
    );
    const said = [...lathe.lines, ...logs].join("\n");
    for (const secret of [...secrets, lathe.token]) expect(said.includes(secret as string)).toBe(false);
  });

  it("gives the object store no way into the database", async () => {
    const { pid } = await runFile("store");
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    expect(environment).toContain("LATHE_STORE_ROOT=");
    expect(environment).not.toMatch(/DATABASE_URL|LATHE_SECRET|LATHE_RUNNER_TOKEN|LATHE_SIGN_IN_CODE/);
  });

  it("refuses a second start beside it", async () => {
    const second = new Program([path.join(root, "bin/start.mjs")], {
      cwd: root,
      env: { LATHE_HOME: lathe.home, LATHE_PORT: String(await freePort()), LATHE_SKIP_INSTALL: "1" },
    });
    expect(await second.ended()).toBe(1);
    expect(second.lines.join("\n")).toMatch(/^Lathe is already running here \(pid \d+\): http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.each(["postgres", "store", "web", "runner"])("starts %s again when it is killed, and all is well", async (name) => {
    const before = await runFile(name);
    process.kill(before.pid, "SIGKILL");
    await expect.poll(() => lathe.lines.filter((line) => line === `${name} is back.`).length, { timeout: 60_000 }).toBe(1);
    await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
    expect((await runFile(name)).pid).not.toBe(before.pid);
  });

  it("after kill -9 of the supervisor ends what is left, and takes up where it stopped", async () => {
    const { token } = lathe;
    const before = await Promise.all(children.map(runFile));
    await lathe.kill9();
    lathe = await startLathe({ home: lathe.home, env: { LATHE_PORT: port } });
    for (const { pid, identity } of before) expect(identify(pid)).not.toBe(identity);
    expect(await isReady()).toBe(true);
    const answer = await fetch(`${lathe.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it("stops all on SIGTERM with exit code 0", async () => {
    const before = await Promise.all(children.map(runFile));
    expect(await lathe.stop()).toBe(0);
    for (const { pid, identity } of before) expect(identify(pid)).not.toBe(identity);
    expect(await isReady()).toBe(false);
  });

  it("on a database and a store of one's own starts neither", async () => {
    const url = new URL(process.env.LATHE_TEST_DATABASE_URL ?? "");
    const admin = new pg.Client({ connectionString: new URL("/postgres", url).toString() });
    await admin.connect();
    await admin.query("CREATE DATABASE own_database");
    await admin.end();
    const s3 = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("LATHE_S3_")));
    const own = await startLathe({ env: { DATABASE_URL: new URL("/own_database", url).toString(), ...(s3 as Record<string, string>) } });
    try {
      expect(own.lines.join("\n")).toMatch(/Using your PostgreSQL 18\.\d+ \(DATABASE_URL\)\.\nUsing your object store at 127\.0\.0\.1:\d+\./);
      expect(own.lines.join("\n")).not.toMatch(/PostgreSQL \S+ started|Object store started/);
    } finally {
      expect(await own.stop()).toBe(0);
      await rm(own.home, { recursive: true });
    }
  });
});

describe("settings that cannot work", () => {
  it.each([
    [{ LATHE_PORT: "no" }, /LATHE_PORT is "no"/],
    [{ LATHE_S3_ENDPOINT: "http://127.0.0.1:1" }, /LATHE_S3_REGION, LATHE_S3_ACCESS_KEY_ID, LATHE_S3_SECRET_ACCESS_KEY are not set/],
    [{ DATABASE_URL: "postgresql://lathe:sesame@127.0.0.1:1/x" }, /DATABASE_URL leads to 127\.0\.0\.1:1\/x, but it cannot be used/],
  ])("%j: one clear message, no password in it, exit 1", async (env, message) => {
    await expect(startLathe({ env })).rejects.toThrow(message);
    await expect(startLathe({ env })).rejects.not.toThrow("sesame");
  });
});
