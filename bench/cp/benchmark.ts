import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startLathe, type RunningLathe } from "../../bin/testing/lathe";
import { startTestPostgres } from "../../bin/testing/postgres";
import { createClient } from "#lib/sdk/client";
import type { Benchmark, Run } from "../benchmark";

const bucket = "bench-cp";
const turns = 5;
const aws = "/usr/bin/aws";
const food = path.resolve(import.meta.dirname, "../../../shared/data/food10");
const execute = promisify(execFile);

/** One way of copying a folder: a local path and an s3:// address, in either order. */
type Side = { name: string; copy: (from: string, to: string) => Promise<unknown> };
type Files = { name: string; folder: string };
type Content = { files: number; sizeBytes: number };

/** `lathe cp --recursive` against aws-cli, both as processes from start to end, on the same store. */
export const copyBenchmark: Benchmark = {
  flags: [],
  async run(run) {
    const postgres = await startTestPostgres();
    const folder = await mkdtemp(path.join(tmpdir(), "lathe-bench-cp-"));
    const lathe = await startLathe({ env: { DATABASE_URL: postgres.url } });
    try {
      const sides = await bothSides(run, lathe, folder);
      const sets = [await generated(path.join(folder, "small"))];
      if (existsSync(food)) sets.push({ name: "food10", folder: food });
      else run.note(`${food} is not there, going without`);
      for (const files of sets) await measure(run, sides, files, path.join(folder, "down"));
    } finally {
      await lathe.stop();
      await postgres.remove();
      await rm(lathe.home, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function bothSides(run: Run, lathe: RunningLathe, folder: string): Promise<Side[]> {
  const client = createClient({ baseUrl: lathe.url, token: lathe.token });
  await client.call("bucket.create", { bucket });
  const env = { ...process.env, LATHE_HOME: lathe.home, LATHE_URL: lathe.url, LATHE_TOKEN: lathe.token };
  const ours: Side = { name: "lathe", copy: (from, to) => execute(process.execPath, ["bin/lathe.mjs", "cp", from, to, "--recursive"], { env }) };
  if (!existsSync(aws)) {
    run.note(`${aws} is not there, going without: apt-get install awscli`);
    return [ours];
  }
  const { key, secretAccessKey, connection } = await client.call("s3-key.create", { label: "bench", grants: [{ bucket, access: "write" }] });
  const awsEnv = {
    NODE_ENV: process.env.NODE_ENV,
    PATH: process.env.PATH,
    // Nobody's own settings: as it comes.
    HOME: folder,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: connection.region,
  };
  const words = ["--endpoint-url", connection.endpoint, "s3", "cp", "--recursive", "--only-show-errors"];
  return [ours, { name: "aws s3 cp", copy: (from, to) => execute(aws, [...words, from, to], { env: awsEnv }) }];
}

async function measure({ wants, emit, note }: Run, sides: Side[], files: Files, target: string): Promise<void> {
  const cases = { up: `${files.name}, up`, down: `${files.name}, down` };
  if (!wants(cases.up) && !wants(cases.down)) return;
  const content = await contentOf(files.folder);
  note(`${files.name}: ${content.files} files, ${(content.sizeBytes / 1e6).toFixed(1)} MB`);
  const rates = sides.map(() => ({ up: [] as number[], down: [] as number[] }));
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, side] of sides.entries()) {
      const address = `s3://${bucket}/${files.name.replaceAll(" ", "-")}/${i}/${turn}/`;
      rates[i]!.up.push(content.sizeBytes / 1e6 / (await seconds(() => side.copy(files.folder, address))));
      const folder = path.join(target, String(i));
      rates[i]!.down.push(content.sizeBytes / 1e6 / (await seconds(() => side.copy(address, folder))));
      const arrived = await contentOf(folder);
      if (arrived.files !== content.files || arrived.sizeBytes !== content.sizeBytes) throw new Error(`${side.name} brought back ${JSON.stringify(arrived)} of ${JSON.stringify(content)}`);
      await rm(folder, { recursive: true });
      note(`turn ${turn + 1}, ${side.name}: ${rates[i]!.up.at(-1)!.toFixed(1)} MB/s up, ${rates[i]!.down.at(-1)!.toFixed(1)} MB/s down`);
    }
  }
  for (const way of ["up", "down"] as const) {
    if (!wants(cases[way])) continue;
    const [ours, theirs] = rates.map((each) => median(each[way]));
    const reference = theirs === undefined ? null : { name: sides[1]!.name, value: theirs };
    emit({ case: cases[way], value: ours!, unit: "MB/s", better: "more", reference });
  }
}

async function generated(folder: string): Promise<Files> {
  await mkdir(folder);
  for (let i = 0; i < 2_000; i++) await writeFile(path.join(folder, `${i}.jpg`), Buffer.alloc(20_000, `picture ${i} `));
  return { name: "2000 files of 20 KB", folder };
}

async function contentOf(folder: string): Promise<Content> {
  const content = { files: 0, sizeBytes: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    content.files++;
    content.sizeBytes += (await stat(path.join(entry.parentPath, entry.name))).size;
  }
  return content;
}

async function seconds(act: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await act();
  return (performance.now() - beganMs) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
