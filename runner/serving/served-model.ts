import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedDeployment } from "#lib/data/claim-deployments";
import { LatheError } from "#lib/domain/errors";
import type { Signature } from "#lib/protocol/models";
import type { InferResponse, PredictResponse, WebToRunner } from "#lib/protocol/runner-socket";
import type { RunnerServices } from "../services";
import { startChild, type SandboxedChild } from "../sandbox/child";
import { requireSandbox } from "../sandbox/detect";
import { explainExit } from "../sandbox/exit-reason";
import { limitsFor } from "../sandbox/limits";
import { childEntry } from "../work/job-child";
import { fetchModel } from "../work/fetch-model";
import { makeWorkFolder, removeWorkFolder, type WorkFolder } from "../work/folders";
import { Answers } from "./answers";
import { RestartPolicy } from "./restart-policy";

const maxWaiting = 64;
/** web gives up before; a child that is silent for so long hangs. */
const answerMs = 90_000;
const loadMs = 120_000;
/** A replaced model answers what it has begun, but not for ever. */
const drainMs = 30_000;

export type ServedModelListener = {
  /** the model is loaded; told once */
  ready(): void;
  /** it cannot be loaded or died too often; it has ended */
  failed(error: LatheError): void;
};

/** One deployment's model in a child of its own, restarted when it dies. */
export class ServedModel {
  readonly #services: RunnerServices;
  readonly #claimed: ClaimedDeployment;
  readonly #listener: ServedModelListener;
  readonly #restarts = new RestartPolicy();
  readonly #ending = new AbortController();
  readonly #answers = new Answers({ maxWaiting, answerMs, onSilence: () => this.#child?.kill() });
  #child: SandboxedChild | null = null;
  /** it takes requests */
  #open = false;
  readonly #over: Promise<void>;

  constructor(services: RunnerServices, claimed: ClaimedDeployment, listener: ServedModelListener) {
    this.#services = services;
    this.#claimed = claimed;
    this.#listener = listener;
    this.#over = this.#run();
  }

  async predict({ image }: WebToRunner["endpoint.predict"]): Promise<PredictResponse> {
    const answer = await this.#ask((child, id) => child.send({ type: "predict", id, bytes: image }));
    if (answer.type !== "predicted") throw wrongAnswer();
    return { predictions: answer.predictions };
  }

  async infer({ datatype, shape, data }: WebToRunner["endpoint.infer"]): Promise<InferResponse> {
    const answer = await this.#ask((child, id) => child.send({ type: "infer", id, datatype, shape, bytes: data }));
    if (answer.type !== "inferred") throw wrongAnswer();
    return { shape: answer.shape, probabilities: answer.bytes as Uint8Array<ArrayBuffer> };
  }

  /** Takes no new requests and ends when those under way are answered. */
  async stop(options: { drain: boolean }): Promise<void> {
    this.#open = false;
    const drained = new AbortController();
    if (options.drain) {
      await Promise.race([this.#answers.whenIdle(), sleep(drainMs, undefined, { signal: drained.signal }).catch(() => {})]);
      drained.abort();
    }
    this.#ending.abort(new Error("the deployment ends"));
    this.#child?.kill();
    await this.#over;
  }

  #ask(send: (child: SandboxedChild, id: number) => void) {
    const child = this.#child;
    if (!this.#open || !child) throw loading(this.#claimed.endpoint);
    return this.#answers.ask((id) => send(child, id));
  }

  async #run(): Promise<void> {
    const { log, config } = this.#services;
    const { deploymentId, endpoint, model } = this.#claimed;
    let folder: WorkFolder | null = null;
    try {
      requireSandbox(this.#services.sandbox);
      folder = await makeWorkFolder(`${config.folder}/deployments`, deploymentId);
      const signature = await fetchModel(this.#services.store, this.#claimed, folder.input, this.#ending.signal);
      let announced = false;
      while (!this.#ending.signal.aborted) {
        const problem = await this.#serveOnce(folder, signature, () => {
          log.info({ endpoint, model, deployment: deploymentId }, "model loaded");
          if (!announced) this.#listener.ready();
          announced = true;
        });
        if (this.#ending.signal.aborted) break;
        const waitMs = this.#restarts.died(Date.now());
        log.warn({ endpoint, model, deployment: deploymentId, problem: problem.message, waitMs }, "the model's process ended");
        if (waitMs === null) throw problem;
        await sleep(waitMs, undefined, { signal: this.#ending.signal }).catch(() => {});
      }
    } catch (error) {
      if (!this.#ending.signal.aborted) {
        log.error({ err: error, endpoint, model, deployment: deploymentId }, "a deployment failed");
        this.#listener.failed(error instanceof LatheError ? error : loadFailed(model, error));
      }
    } finally {
      this.#open = false;
      if (folder) await removeWorkFolder(folder).catch((err: unknown) => log.warn({ err, deployment: deploymentId }, "a working folder could not be removed"));
    }
  }

  /** @returns why the child ended */
  async #serveOnce(folder: WorkFolder, signature: Signature, onReady: () => void): Promise<LatheError> {
    const { sandbox, config, log } = this.#services;
    const { endpoint, deploymentId } = this.#claimed;
    const limits = limitsFor({ memoryBytes: config.memoryBytes, wallMs: null });
    let silent: NodeJS.Timeout | null = null;
    let said: LatheError | null = null;
    const child = await startChild({
      tools: sandbox.tools,
      place: { root: config.root, node: process.execPath, entry: childEntry, folders: { input: folder.input, output: folder.output } },
      limits,
      task: { kind: "serve", signature },
      threads: availableParallelism(),
      listener: {
        message: (message) => {
          if (message.type === "ready") {
            if (silent) clearTimeout(silent);
            this.#open = true;
            onReady();
          } else if (message.type === "ended") {
            if (message.error) said = new LatheError({ ...message.error, status: 500 });
            child.kill();
          } else this.#answers.settle(message);
        },
        line: (text, stream) => log[stream === "stderr" ? "warn" : "info"]({ endpoint, deployment: deploymentId }, text),
      },
    });
    this.#child = child;
    silent = setTimeout(() => child.kill(), loadMs);
    if (this.#ending.signal.aborted) child.kill();
    const exit = await child.exited;
    clearTimeout(silent);
    this.#open = false;
    this.#child = null;
    const problem = said ?? new LatheError(explainExit(exit, limits).problem);
    this.#answers.failAll(
      new LatheError({ code: "model_restarts", message: "The model's process ended while it worked on this request; it is started again.", nextStep: "Try again in a few seconds.", status: 503 }),
    );
    return problem;
  }
}

function loading(endpoint: string): LatheError {
  return new LatheError({
    code: "endpoint_starting",
    message: `The endpoint "${endpoint}" is still loading its model.`,
    nextStep: "Try again in a few seconds.",
    status: 503,
  });
}

function wrongAnswer(): LatheError {
  return new LatheError({ code: "runner_failed", message: "The model's process answered something else than was asked.", nextStep: "Try again.", status: 500 });
}

function loadFailed(model: string, cause: unknown): LatheError {
  return new LatheError({
    code: "model_load_failed",
    message: `The model ${model} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
    nextStep: "Deploy it again; if it happens again, look at the runner's log.",
    cause,
  });
}
