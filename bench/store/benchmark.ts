import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Benchmark, Run } from "../benchmark";
import { writeDurably } from "./plain";
import { send, together, type Server } from "./s3";
import { others, startLathe, type RunningServer } from "./servers";

const bucket = "/bench";
const small = Buffer.alloc(20_000, "picture ");
const rounds = 3;
const turnMs = 3_000;
const listed = 100_000;
const million = 1_000_000;
const partBytes = 10_000_000;
const parts = 20;

/** `LATHE_BENCH_FOLDER` says on which disk; the working folder's by default. */
export const storeBenchmark: Benchmark = {
  flags: ["million"],
  async run(run) {
    const folder = await mkdtemp(path.join(process.env.LATHE_BENCH_FOLDER ?? process.cwd(), "bench-store-"));
    const servers: RunningServer[] = [];
    try {
      const lathe = await startLathe(await made(folder, "lathe"));
      servers.push(lathe);
      for (const { variable, howToGet, start } of others) {
        const binary = process.env[variable];
        if (binary) servers.push(await start(binary, await made(folder, variable)));
        else run.note(`${variable} is not set, going without: ${howToGet}, then set it to the binary's path`);
      }
      for (const server of servers) await send(server, "PUT", bucket);
      await measurePuts(run, servers, await made(folder, "plain"));
      await measureParts(run, servers, await made(folder, "plain-parts"));
      await measureMany(run, lathe, path.join(folder, "lathe"), servers);
    } finally {
      await Promise.all(servers.map((server) => server.kill("SIGKILL")));
      await rm(folder, { recursive: true });
    }
  },
};

async function made(folder: string, name: string): Promise<string> {
  const target = path.join(folder, name);
  await mkdir(target);
  return target;
}

type Side = { name: string; put: (name: string) => Promise<unknown> };

/** Turns of all sides, one after the other, again and again; a side's figure is the median of its turns. */
async function measurePuts({ wants, emit, note }: Run, servers: RunningServer[], folder: string): Promise<void> {
  for (const atOnce of [16, 1]) {
    const name = `put 20 KB, ${atOnce} at a time`;
    if (!wants(name)) continue;
    note(`${name} …`);
    const plain: Side = { name: "write + fsync + rename", put: (key) => writeDurably(folder, key, small) };
    const sides: Side[] = [plain, ...servers.map((server) => ({ name: server.name, put: (key: string) => send(server, "PUT", `${bucket}/put/${key}`, "", small) }))];
    const rates = sides.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, side] of sides.entries()) {
        const begin = performance.now();
        const count = await together(atOnce, () => performance.now() - begin > turnMs, (n) => side.put(`${atOnce}-${round}-${n}`));
        rates[i]!.push((count / (performance.now() - begin)) * 1000);
      }
    }
    const [reference, ours, ...rest] = rates.map(median);
    emit({ case: name, value: ours!, unit: "puts/s", better: "more", reference: { name: plain.name, value: reference! } });
    rest.forEach((value, i) => emit({ case: name, value: ours!, unit: "puts/s", better: "more", reference: { name: servers[i + 1]!.name, value } }));
  }
}

async function measureParts({ wants, emit, note }: Run, servers: RunningServer[], folder: string): Promise<void> {
  const [up, down] = ["200 MB in parts, up", "200 MB, down"];
  if (!wants(up) && !wants(down)) return;
  note(`${up} and down …`);
  const piece = Buffer.alloc(partBytes, "weights ");
  const megabytes = (partBytes * parts) / 1e6;
  const speed = async (act: () => Promise<unknown>) => {
    const begin = performance.now();
    await act();
    return (megabytes / (performance.now() - begin)) * 1000;
  };
  const speeds = [...servers, null].map(() => ({ up: [] as number[], down: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of [...servers, null].entries()) {
      speeds[i]!.up.push(await speed(() => (server ? uploadParts(server, `large-${round}`, piece) : writeDurably(folder, String(round), Buffer.concat(Array.from({ length: parts }, () => piece))))));
      speeds[i]!.down.push(await speed(() => (server ? send(server, "GET", `${bucket}/large-${round}`) : readFile(path.join(folder, String(round))))));
    }
  }
  const figures = (direction: "up" | "down") => speeds.map((one) => median(one[direction]));
  for (const [name, values] of [[up, figures("up")], [down, figures("down")]] as const) {
    const names = [...servers.slice(1).map((server) => server.name), "a plain file"];
    values.slice(1).forEach((value, i) => emit({ case: name, value: values[0]!, unit: "MB/s", better: "more", reference: { name: names[i]!, value } }));
  }
}

async function uploadParts(server: Server, key: string, piece: Buffer): Promise<void> {
  const target = `${bucket}/${key}`;
  const begun = await send(server, "POST", target, "uploads=");
  const id = /<UploadId>([^<]+)/.exec(begun.body.toString())![1]!;
  const etags: string[] = [];
  await together(4, (i) => i >= parts, async (i) => {
    const { headers } = await send(server, "PUT", target, `partNumber=${i + 1}&uploadId=${encodeURIComponent(id)}`, piece);
    etags[i] = headers.etag as string;
  });
  const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join("");
  await send(server, "POST", target, `uploadId=${encodeURIComponent(id)}`, `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
}

/** Lists 100,000 keys; with `--million` goes on to a million, kills the store and starts it again. */
async function measureMany({ wants, emit, note, flags }: Run, lathe: RunningServer, root: string, servers: RunningServer[]): Promise<void> {
  const names = { list: "list 100,000 keys", start: "1,000,000 objects: start after kill -9", memory: "1,000,000 objects: peak memory" };
  if (!Object.values(names).some(wants)) return;
  note(`${names.list}: filling …`);
  await fill(lathe, 0, listed);
  const begin = performance.now();
  const count = await listAll(lathe);
  emit({ case: names.list, value: (performance.now() - begin) / 1000, unit: "s", better: "less", reference: null });
  if (count !== listed) throw new Error(`the list has ${count} keys, not ${listed}`);
  if (!flags.has("million")) return;
  note("filling up to 1,000,000 …");
  await fill(lathe, listed, million);
  const whileFilling = lathe.peakBytes();
  await lathe.kill("SIGKILL");
  const start = performance.now();
  const again = await startLathe(root);
  servers.push(again);
  emit({ case: names.start, value: (performance.now() - start) / 1000, unit: "s", better: "less", reference: null });
  const found = await listAll(again);
  if (found !== million) throw new Error(`the list has ${found} keys, not ${million}`);
  const bar = { name: "the bar", value: 300 };
  emit({ case: names.memory, value: Math.max(whileFilling, again.peakBytes()) / 2 ** 20, unit: "MiB", better: "less", reference: bar });
}

function fill(server: Server, from: number, to: number): Promise<number> {
  const body = Buffer.alloc(100, "x");
  // As uploads come: folders of labels, names in no order.
  return together(32, (i) => from + i >= to, (i) => send(server, "PUT", `${bucket}/many/label-${(from + i) % 100}/picture-${((from + i) * 7919) % 1_000_003}.jpg`, "", body));
}

async function listAll(server: Server): Promise<number> {
  let count = 0;
  for (let token = ""; ; ) {
    const text = (await send(server, "GET", bucket, `${token && `continuation-token=${encodeURIComponent(token)}&`}list-type=2&prefix=many%2F`)).body.toString();
    count += Number(/<KeyCount>(\d+)/.exec(text)![1]);
    const next = /<NextContinuationToken>([^<]+)/.exec(text)?.[1];
    if (!next) return count;
    token = next;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
