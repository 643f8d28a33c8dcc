import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { findModelVersion } from "#lib/data/find-model-version";
import type { JobInput } from "#lib/data/load-job-input";
import { listUnlabelled, type UnlabelledSample } from "#lib/data/list-unlabelled";
import { notADraft } from "#lib/data/lock-draft";
import { suggestLabels, type Suggestion } from "#lib/data/suggest-labels";
import { LatheError } from "#lib/domain/errors";
import { parseVersioned } from "#lib/domain/names";
import { pictureLimits } from "#lib/nn/pictures/decode";
import { Answers } from "../serving/answers";
import { explainExit } from "../sandbox/exit-reason";
import { forEachBounded } from "../work/bounded";
import { fetchModel } from "../work/fetch-model";
import { startJobChild, type JobChild } from "../work/job-child";
import { untilStoreAnswers } from "../work/patience";
import { plural } from "../work/words";
import type { Execution, Outcome } from "./execution";

/** Read, predicted and written together. */
const batchSamples = 256;
/** Pictures on their way at once: two batches of the network. */
const concurrency = 16;
const childWallMs = 7 * 24 * 3600 * 1000;
const answerMs = 90_000;
const loadMs = 120_000;
/** So many refused pictures are named in the log. */
const namedRefusals = 20;

const params = z.object({ model: z.string() });
type Version = NonNullable<JobInput["datasetVersion"]>;

/** Has a model look at a draft's pictures without a label, and writes what it thinks beside them, to be confirmed. */
export async function preLabel(execution: Execution): Promise<Outcome> {
  const { input, db, store, folder, lost, log, persist, progress } = execution;
  const version = input.datasetVersion;
  if (!version) throw new LatheError({ code: "dataset_gone", message: "The dataset of this job was deleted.", nextStep: "Start again on another one.", status: 404 });
  if (version.status !== "draft") throw notADraft(version.status);
  progress({ phase: "preparing", fraction: 0, epoch: null, epochs: null, remainingMs: null });
  const { name, version: number } = parseVersioned(params.parse(input.params).model);
  const row = await persist(() => findModelVersion(db, { workspaceId: input.workspaceId, model: name, version: number }));
  const model = `${name}@${row.version}`;
  const signature = await fetchModel(store, { workspaceId: input.workspaceId, modelVersionId: row.id, model, files: row.files, signature: row.signature }, folder.input, lost);
  const seer = await Seer.start(execution, signature);
  try {
    const run = new PreLabelling(execution, version, seer);
    const stopReason = await run.run();
    log("info", `${model} suggests a label for ${plural(run.suggested, "picture")} of ${version.dataset}@${version.version}; they wait to be confirmed.`);
    run.tellUnknown(model);
    return {
      stopReason,
      result: { model: null, dataset: `${version.dataset}@${version.version}`, metrics: { suggested: run.suggested, refused: run.refused } },
      error: null,
    };
  } finally {
    await seer.close();
  }
}

class PreLabelling {
  readonly #execution: Execution;
  readonly #version: Version;
  readonly #seer: Seer;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, number>();
  #done = 0;
  suggested = 0;
  refused = 0;

  constructor(execution: Execution, version: Version, seer: Seer) {
    this.#execution = execution;
    this.#version = version;
    this.#seer = seer;
    this.#signal = AbortSignal.any([execution.stop, execution.lost]);
  }

  async run(): Promise<"completed" | "stopped"> {
    const { db, persist, stop, lost } = this.#execution;
    const datasetVersionId = this.#version.id;
    const total = await persist(() => db.sample.count({ where: { datasetVersionId, label: null, dropped: false } }));
    const beganMs = Date.now();
    for (let after = -1; ; ) {
      if (stop.aborted) return "stopped";
      const samples = await persist(() => listUnlabelled(db, { datasetVersionId, after, limit: batchSamples }));
      if (samples.length === 0) return "completed";
      after = samples.at(-1)!.index;
      const suggestions: Suggestion[] = [];
      try {
        await forEachBounded(samples, concurrency, this.#signal, async (sample) => {
          const found = await this.#look(sample);
          if (found) suggestions.push({ index: sample.index, revision: sample.revision, ...found });
          this.#report(total, beganMs);
        });
      } catch (error) {
        lost.throwIfAborted();
        if (!stop.aborted) throw error;
      }
      // What has been seen before a stop is kept.
      this.suggested += await persist(() => suggestLabels(db, { datasetVersionId, suggestions }));
      for (const { label } of suggestions) this.#known.set(label, (this.#known.get(label) ?? 0) + 1);
    }
  }

  async #look({ key, sha256, sizeBytes }: UnlabelledSample): Promise<{ label: string; probability: number } | null> {
    const { store, lost } = this.#execution;
    if (sizeBytes > pictureLimits.sizeBytes) return this.#refuse(key, "it is too large");
    try {
      const bytes = await untilStoreAnswers(async () => buffer((await store.get(this.#version.bucket, key, { signal: this.#signal, range: { first: 0, last: sizeBytes } })).body), lost);
      if (createHash("sha256").update(bytes).digest("hex") !== sha256) return this.#refuse(key, "it has changed since the draft was made");
      return await this.#seer.see(new Uint8Array(bytes));
    } catch (error) {
      if (!(error instanceof LatheError)) throw error;
      if (error.code === "object_not_found") return this.#refuse(key, "it is no longer in the bucket");
      if (error.code === "invalid_picture") return this.#refuse(key, error.message);
      throw error;
    }
  }

  #refuse(key: string, reason: string): null {
    this.refused++;
    if (this.refused <= namedRefusals) this.#execution.log("warn", `No suggestion for ${key}: ${reason}.`);
    if (this.refused === namedRefusals + 1) this.#execution.log("warn", "Further pictures without a suggestion are counted, not named.");
    return null;
  }

  #report(total: number, beganMs: number): void {
    const done = ++this.#done;
    const elapsedMs = Date.now() - beganMs;
    const remainingMs = elapsedMs > 2_000 ? Math.round((elapsedMs / done) * Math.max(0, total - done)) : null;
    this.#execution.progress({ phase: "predicting", fraction: Math.min(1, done / Math.max(1, total)), epoch: null, epochs: null, remainingMs });
  }

  /** Labels that the model gave and the draft does not have. */
  tellUnknown(model: string): void {
    const labels = new Set(this.#version.labels);
    for (const [label, count] of this.#known) {
      if (!labels.has(label)) this.#execution.log("warn", `${model} says "${label}" for ${plural(count, "picture")}; the draft has no such label. Accepting the suggestion adds it.`);
    }
  }
}

/** The model in its child: a picture in, the most probable label out. */
class Seer {
  readonly #child: JobChild;
  readonly #answers: Answers;

  private constructor(child: JobChild, answers: Answers) {
    this.#child = child;
    this.#answers = answers;
  }

  /** @throws LatheError why the model cannot be loaded */
  static async start(execution: Execution, signature: Awaited<ReturnType<typeof fetchModel>>): Promise<Seer> {
    let kill = () => {};
    const answers = new Answers({ maxWaiting: concurrency, answerMs, onSilence: () => kill() });
    let ready = () => {};
    const loaded = new Promise<"ready">((resolve) => (ready = () => resolve("ready")));
    const child = await startJobChild(execution, {
      task: { kind: "serve", signature },
      wallMs: childWallMs,
      onMessage: (message) => (message.type === "ready" ? ready() : answers.settle(message)),
    });
    kill = () => child.kill();
    const timer = setTimeout(kill, loadMs);
    const ended = child.over.then(({ ended: said, exit }) => {
      const problem = said?.error ? new LatheError({ ...said.error, status: 500 }) : new LatheError(explainExit(exit, child.limits).problem);
      answers.failAll(problem);
      return problem;
    });
    const first = await Promise.race([loaded, ended]);
    clearTimeout(timer);
    execution.lost.throwIfAborted();
    if (first !== "ready") throw first;
    return new Seer(child, answers);
  }

  async see(bytes: Uint8Array<ArrayBuffer>): Promise<{ label: string; probability: number } | null> {
    const answer = await this.#answers.ask((id) => this.#child.send({ type: "predict", id, bytes }));
    const best = answer.type === "predicted" ? answer.predictions[0] : undefined;
    return best ? { label: best.label, probability: best.probability } : null;
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#child.over;
  }
}
