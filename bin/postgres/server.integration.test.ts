import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../preflight/identity.mjs";
import { root } from "../preflight/settings.mjs";
import { freePort } from "../testing/free-port";
import { isRoot, nobody, whatBars } from "./account";
import { type Cluster, databaseUrl, openCluster } from "./cluster";
import { checkExternalDatabase } from "./external";
import { placeData } from "./place";
import { type PostgresServer, startPostgres } from "./server";

const run = promisify(execFile);
const password = randomBytes(8).toString("hex");
const asNobody = isRoot() ? await nobody() : null;

let home: string;
let servers: PostgresServer[];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "lathe-postgres-"));
  await chmod(home, 0o711);
  servers = [];
});

afterEach(async () => {
  for (const server of servers) await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function open(durable = false): Promise<Cluster> {
  return openCluster(await placeData(home), { password, durable });
}

async function start(cluster: Cluster): Promise<PostgresServer> {
  const server = await startPostgres(cluster, await freePort());
  servers.push(server);
  return server;
}

async function query<Row extends pg.QueryResultRow>(server: PostgresServer, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl({ port: server.port, password }, "postgres") });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("embedded PostgreSQL", () => {
  it("keeps what was written over a stop and a start", async () => {
    const first = await start(await open());
    await query(first, "CREATE TABLE kept AS SELECT 7 AS seven");
    await first.stop();
    const second = await start(await open());
    expect(await query(second, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
    const [server] = await query<{ version: string }>(second, "SHOW server_version");
    expect(server).toMatchObject({ server_version: expect.stringMatching(/^18\./) });
  });

  it("keeps what was committed when everything is killed with -9", async () => {
    const first = await start(await open(true));
    await query(first, "CREATE TABLE kept AS SELECT 7 AS seven");
    await first.kill9();
    const second = await start(await open(true));
    expect(await query(second, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
  });

  it("ends one that still serves the data, left over from a start that was killed", async () => {
    const first = await start(await open());
    const second = await start(await open());
    await first.exited;
    expect(identify(first.pid)).toBeNull();
    expect(await query(second, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("starts although another program has the number in postmaster.pid by now", async () => {
    const cluster = await open();
    const first = await start(cluster);
    const file = path.join(cluster.dataDir, "postmaster.pid");
    const text = await readFile(file, "utf8");
    await first.kill9();
    await writeFile(file, text.replace(String(first.pid), String(process.pid)));
    const second = await start(cluster);
    expect(await query(second, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("lets nobody in without the password", async () => {
    const server = await start(await open());
    const url = databaseUrl({ port: server.port, password: "guessed" }, "postgres");
    await expect(checkExternalDatabase(url)).rejects.toMatchObject({ code: "database_unreachable" });
    await expect(checkExternalDatabase(url)).rejects.not.toThrow("guessed");
  });

  it("sorts by code point and knows upper and lower case beyond ASCII", async () => {
    const server = await start(await open());
    const [row] = await query(server, "SELECT lower('ÄΣ') AS low, 'Z' < 'a' AS c_order");
    expect(row).toEqual({ low: "äσ", c_order: true });
  });

  it("does not take an initdb that was cut short for a database", async () => {
    const place = await placeData(home);
    await writeFile(`${place.dataDir}.new`, "").catch(() => {});
    const server = await start(await openCluster(place, { password, durable: false }));
    expect(await query(server, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("refuses data written by another major version", async () => {
    const cluster = await open();
    await writeFile(path.join(cluster.dataDir, "PG_VERSION"), "17\n");
    await expect(open()).rejects.toMatchObject({
      code: "postgres_version_mismatch",
      message: expect.stringContaining("PostgreSQL 17"),
    });
  });
});

describe.runIf(asNobody)("as root", () => {
  it("runs under an account that owns nothing else, with a folder only it may enter", async () => {
    const cluster = await open();
    await start(cluster);
    const { uid, mode } = await stat(cluster.dataDir);
    expect(cluster.dataDir).toBe(path.join(home, "postgres"));
    expect(uid).toBe(asNobody?.uid);
    expect(mode & 0o777).toBe(0o700);
  });

  it("puts the data under /var/lib/lathe when the home is closed to that account, and finds it again", async () => {
    await chmod(home, 0o700);
    const first = await open();
    expect(first.dataDir).toMatch(/^\/var\/lib\/lathe\/[0-9a-f]{12}\/postgres$/);
    try {
      const server = await start(first);
      await query(server, "CREATE TABLE kept AS SELECT 7 AS seven");
      await server.stop();
      await chmod(home, 0o711);
      const second = await open();
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(await start(second), "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
      await servers.at(-1)?.stop();
    } finally {
      await rm(path.dirname(first.dataDir), { recursive: true });
    }
  });

  it("says which folder bars the way when the data's own home was closed later", async () => {
    await open();
    await chmod(home, 0o700);
    await expect(open()).rejects.toMatchObject({
      code: "data_out_of_reach",
      nextStep: `Let it pass: chmod o+x ${home}`,
    });
  });
});

const reachable = asNobody && !(await whatBars(process.execPath, asNobody)) && !(await whatBars(root, asNobody));

describe.runIf(reachable)("as a normal user", () => {
  it("runs as that user, in a home that nobody else may enter", async () => {
    const { uid, gid } = asNobody ?? { uid: 0, gid: 0 };
    await chown(home, uid, gid);
    await chmod(home, 0o700);
    const tsx = import.meta.resolve("tsx");
    const script = `
      const { placeData } = await import("./bin/postgres/place.ts");
      const { openCluster } = await import("./bin/postgres/cluster.ts");
      const { startPostgres } = await import("./bin/postgres/server.ts");
      const cluster = await openCluster(await placeData(process.env.LATHE_HOME), { password: "x", durable: false });
      const server = await startPostgres(cluster, ${await freePort()});
      await server.stop();
      console.log(JSON.stringify({ uid: process.getuid(), dataDir: cluster.dataDir }));`;
    const { stdout } = await run(process.execPath, ["--import", tsx, "--input-type=module", "-e", script], {
      cwd: root,
      uid,
      gid,
      env: { ...process.env, LATHE_HOME: home, HOME: home, TMPDIR: home },
    });
    expect(JSON.parse(stdout)).toEqual({ uid, dataDir: path.join(home, "postgres") });
  });
});
