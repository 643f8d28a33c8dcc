import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { closeDatabase, createDatabase, type Database } from "#lib/data/database";
import { createDatasetVersion } from "#lib/data/create-dataset-version";
import { cancelJob } from "#lib/data/cancel-job";
import { createJob } from "#lib/data/create-job";
import { deployEndpoint } from "#lib/data/deploy-endpoint";
import { ensureAdministrator } from "#lib/data/ensure-administrator";
import { ensureRunner } from "#lib/data/ensure-runner";
import { requestFreeze } from "#lib/data/request-freeze";
import { startQueue, type Queue } from "#lib/data/queue";
import { isTerminal, type JobStatus } from "#lib/domain/job";
import type { ImportParams } from "#lib/protocol/datasets";
import type { AutoLearnRequest } from "#lib/protocol/jobs";
import { storeFromEnv } from "#storage/from-env";
import { artifactsBucket, datasetManifestKey } from "#storage/keys";
import type { ObjectStore } from "#storage/object-store";
import type { ManifestSample } from "../executors/manifest/format";
import { readManifest, type ManifestAbout } from "../executors/manifest/read";
import { startFakeWeb, type FakeWeb } from "./fake-web";

const root = path.resolve(import.meta.dirname, "../..");

/** A runner's process under test; `bin/testing/program` makes them. */
type Process = { pid: number; lines: string[]; line(pattern: RegExp, waitMs?: number): Promise<RegExpExecArray>; end(signal: NodeJS.Signals): Promise<unknown> };

type SceneOptions<P extends Process> = {
  databaseUrl: string;
  storeEnvironment: Record<string, string>;
  spawn(args: string[], options: { env: Record<string, string>; cwd: string }): P;
};

/** A workspace, a database, a store and web's side of the socket: all that a real runner's process needs around it. */
export class Scene<P extends Process> {
  readonly #options: SceneOptions<P>;
  readonly #processes: P[] = [];

  private constructor(
    options: SceneOptions<P>,
    readonly home: string,
    readonly db: Database,
    readonly store: ObjectStore,
    readonly queue: Queue,
    public web: FakeWeb,
    readonly workspaceId: string,
    readonly userId: string,
  ) {
    this.#options = options;
  }

  static async open<P extends Process>(options: SceneOptions<P>): Promise<Scene<P>> {
    const home = await mkdtemp(path.join(tmpdir(), "lathe-runner-"));
    const db = createDatabase(options.databaseUrl);
    const store = storeFromEnv(options.storeEnvironment);
    const queue = await startQueue(options.databaseUrl);
    if (!(await store.bucketExists(artifactsBucket))) await store.createBucket(artifactsBucket);
    const { userId, workspaceId } = await ensureAdministrator(db);
    return new Scene(options, home, db, store, queue, await startFakeWeb(db, queue), workspaceId, userId);
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end("SIGKILL")));
    await this.web.close();
    await this.queue.stop();
    await closeDatabase(this.db);
    this.store.close();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Starts `runner/main.ts` and waits until it is ready. */
  async startRunner(name = "local", env: Record<string, string> = {}): Promise<P> {
    const token = randomBytes(24).toString("hex");
    await ensureRunner(this.db, { name, token });
    const program = this.#options.spawn(["--import", "tsx", path.join(root, "runner/main.ts")], {
      cwd: root,
      env: {
        ...this.#options.storeEnvironment,
        DATABASE_URL: this.#options.databaseUrl,
        LATHE_URL: this.web.url,
        LATHE_RUNNER_TOKEN: token,
        LATHE_RUNNER_NAME: name,
        LATHE_HOME: this.home,
        LATHE_RUNNER_MEMORY: String(4 * 1024 ** 3),
        ...env,
      },
    });
    this.#processes.push(program);
    await program.line(new RegExp(`^runner ready ${name}$`));
    return program;
  }

  async newBucket(files: Record<string, Uint8Array | string>): Promise<string> {
    const bucket = `runner-${randomBytes(6).toString("hex")}`;
    await this.store.createBucket(bucket);
    for (const [key, body] of Object.entries(files)) await this.store.put(bucket, key, body);
    return bucket;
  }

  async deleteBucket(bucket: string): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(bucket)) keys.push(key);
    await this.store.deleteMany(bucket, keys);
    await this.store.deleteBucket(bucket);
  }

  async startImport(bucket: string, options: { dataset: string; prefix?: string; baseVersion?: number; params?: Partial<ImportParams> }): Promise<{ jobId: string; datasetVersionId: string }> {
    const { dataset, prefix = "", ...more } = options;
    const made = await createDatasetVersion(this.db, { workspaceId: this.workspaceId, dataset, bucket, prefix, createdById: this.userId, ...more });
    await this.queue.sendJob(made.jobId);
    return made;
  }

  async startAutoLearn(datasetVersionId: string, request: Partial<AutoLearnRequest> & { name: string }): Promise<string> {
    const params = { dataset: "any", preset: "resnet18", imageSize: 16, epochs: 2, maxMinutes: 5, pretrained: null, seed: 0, ...request };
    const { jobId } = await createJob(this.db, { workspaceId: this.workspaceId, kind: "auto-learn", name: request.name, params, datasetVersionId, createdById: this.userId });
    await this.queue.sendJob(jobId);
    return jobId;
  }

  /** The job's row once it holds. @throws Error with its last state and log when the time is up */
  async job(jobId: string, holds: (row: JobRow) => boolean = ({ status }) => isTerminal(status as JobStatus), waitMs = 90_000): Promise<JobRow> {
    const endMs = Date.now() + waitMs;
    for (;;) {
      const row = await this.db.job.findUniqueOrThrow({ where: { id: jobId } });
      if (holds(row)) return row;
      if (Date.now() > endMs) throw new Error(`${JSON.stringify(row)}\n${(await this.log(jobId)).join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Imports a bucket and waits until it is a dataset version. */
  async imported(bucket: string, dataset: string): Promise<string> {
    const { jobId, datasetVersionId } = await this.startImport(bucket, { dataset });
    const { status } = await this.job(jobId);
    if (status !== "succeeded") throw new Error((await this.log(jobId)).join("\n"));
    return datasetVersionId;
  }

  async freeze(dataset: string, version: number, params: Partial<ImportParams> = {}): Promise<{ jobId: string; datasetVersionId: string }> {
    const made = await requestFreeze(this.db, { workspaceId: this.workspaceId, dataset, version, params, createdById: this.userId });
    await this.queue.sendJob(made.jobId);
    return made;
  }

  /** What was frozen, its digest checked. */
  async manifest(datasetVersionId: string): Promise<ManifestAbout & { samples: ManifestSample[] }> {
    const { digest } = await this.db.datasetVersion.findUniqueOrThrow({ where: { id: datasetVersionId } });
    const { body } = await this.store.get(artifactsBucket, datasetManifestKey(this.workspaceId, datasetVersionId));
    const samples: ManifestSample[] = [];
    const about = await readManifest(body, { name: datasetVersionId, digest: digest ?? "", onSample: (sample) => void samples.push(sample) });
    return { ...about, samples };
  }

  /** As a person does who presses Stop. */
  async stop(jobId: string): Promise<void> {
    await cancelJob(this.db, { workspaceId: this.workspaceId, jobId, now: new Date() });
    this.web.emit("job.stop", { jobId });
  }

  /** Deploys a job's model; the runner has to find it. */
  async deploy(jobId: string, endpoint: string): Promise<string> {
    const version = await this.db.modelVersion.findFirstOrThrow({ where: { jobId } });
    const { deploymentId } = await deployEndpoint(this.db, { workspaceId: this.workspaceId, endpoint, modelVersionId: version.id, trafficPercent: 100 });
    this.web.emit("wake", {});
    return deploymentId;
  }

  async deployment(deploymentId: string, status: string, waitMs = 60_000): Promise<void> {
    const endMs = Date.now() + waitMs;
    for (;;) {
      const row = await this.db.deployment.findUniqueOrThrow({ where: { id: deploymentId } });
      if (row.status === status) return;
      if (Date.now() > endMs) throw new Error(JSON.stringify(row));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The texts of a job's log, in order. */
  async log(jobId: string): Promise<string[]> {
    const rows = await this.db.jobEvent.findMany({ where: { jobId, kind: "log" }, orderBy: [{ attempt: "asc" }, { seq: "asc" }] });
    return rows.map(({ body }) => (body as { text: string }).text);
  }
}

export type JobRow = Awaited<ReturnType<Database["job"]["findUniqueOrThrow"]>>;

/** A JPEG of one colour with some noise, so that no two are the same. @param color 0 to 255 a channel */
export async function colorPicture(color: { r: number; g: number; b: number }, seed: number, side = 24): Promise<Buffer> {
  const pixels = new Uint8Array(side * side * 3);
  let state = seed * 2_654_435_761 + 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const base = [color.r, color.g, color.b][i % 3]!;
    pixels[i] = Math.max(0, Math.min(255, base + ((state >>> 16) % 41) - 20));
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).jpeg().toBuffer();
}

/** Two labels that anything can tell apart, `each` pictures of both. */
export async function redAndBlue(each: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < each; i++) {
    files[`red/${i}.jpg`] = await colorPicture({ r: 220, g: 40, b: 40 }, i);
    files[`blue/${i}.jpg`] = await colorPicture({ r: 40, g: 40, b: 220 }, 1000 + i);
  }
  return files;
}
