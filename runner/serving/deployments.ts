import { claimDeployments, type ClaimedDeployment } from "#lib/data/claim-deployments";
import { isDatabaseUnreachable } from "#lib/data/database-error";
import { markDeploymentFailed } from "#lib/data/mark-deployment-failed";
import { markDeploymentReady } from "#lib/data/mark-deployment-ready";
import { renewDeployments } from "#lib/data/renew-deployments";
import { LatheError } from "#lib/domain/errors";
import { leaseRenewMs } from "#lib/domain/job";
import type { InferResponse, PredictResponse, WebToRunner } from "#lib/protocol/runner-socket";
import type { RunnerServices } from "../services";
import { untilDatabaseAnswers } from "../work/patience";
import { ServedModel } from "./served-model";

/** How often a runner looks for deployments by itself; `wake` makes it look at once. */
const lookMs = 2_000;

type Held = { claimed: ClaimedDeployment; model: ServedModel };

/** The deployments this runner holds: claims them, keeps their leases, answers for them, lets them go. */
export class Deployments {
  readonly #services: RunnerServices;
  readonly #held = new Map<string, Held>();
  readonly #ending = new AbortController();
  #leaving = new Set<Promise<void>>();
  #looking: Promise<void> | null = null;
  #timers: NodeJS.Timeout[];

  constructor(services: RunnerServices) {
    this.#services = services;
    this.#timers = [setInterval(() => void this.look(), lookMs), setInterval(() => void this.#renew(), leaseRenewMs)];
  }

  get ids(): string[] {
    return [...this.#held.keys()];
  }

  /** Claims what waits for a runner, as far as there is room. */
  look(): Promise<void> {
    return (this.#looking ??= this.#claim()
      .catch((err: unknown) => this.#trouble(err, "deployments could not be looked for"))
      .finally(() => (this.#looking = null)));
  }

  /** @throws LatheError 503 when it is not (yet) served here, or as the model has it */
  predict(body: WebToRunner["endpoint.predict"]): Promise<PredictResponse> {
    return this.#of(body.deploymentId).predict(body);
  }

  infer(body: WebToRunner["endpoint.infer"]): Promise<InferResponse> {
    return this.#of(body.deploymentId).infer(body);
  }

  /** Ends all children; their rows wait for the sweep or another runner. */
  async close(): Promise<void> {
    this.#ending.abort(new Error("the runner ends"));
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...[...this.#held.values()].map(({ model }) => model.stop({ drain: false })), ...this.#leaving]);
  }

  #of(deploymentId: string): ServedModel {
    const held = this.#held.get(deploymentId);
    if (held) return held.model;
    throw new LatheError({
      code: "deployment_not_here",
      message: "This runner does not serve that model (any more).",
      nextStep: "Try again in a few seconds: another deployment takes over.",
      status: 503,
    });
  }

  async #claim(): Promise<void> {
    const { db, runnerId, config, sandbox, log } = this.#services;
    const limit = config.deployments - this.#held.size;
    if (limit <= 0 || this.#ending.signal.aborted || !sandbox.accepted) return;
    const claimed = await claimDeployments(db, { runnerId, now: new Date(), limit });
    for (const one of claimed) {
      log.info({ endpoint: one.endpoint, model: one.model, deployment: one.deploymentId }, "deployment claimed");
      const model = new ServedModel(this.#services, one, {
        ready: () => void this.#markReady(one),
        failed: (error) => void this.#markFailed(one, error),
      });
      this.#held.set(one.deploymentId, { claimed: one, model });
    }
  }

  async #markReady({ deploymentId, endpoint }: ClaimedDeployment): Promise<void> {
    const { db, runnerId, web } = this.#services;
    try {
      const { workspaceId, stopped } = await untilDatabaseAnswers(() => markDeploymentReady(db, { deploymentId, runnerId }), this.#ending.signal);
      web.tell("workspace.changed", { workspaceId, kind: "endpoint", name: endpoint });
      for (const other of stopped) this.#leave(other.deploymentId);
    } catch (error) {
      this.#trouble(error, "a deployment moved on while its model was loaded");
      this.#leave(deploymentId);
    }
  }

  async #markFailed({ deploymentId, endpoint }: ClaimedDeployment, error: LatheError): Promise<void> {
    const { db, runnerId, web } = this.#services;
    this.#held.delete(deploymentId);
    try {
      const found = await untilDatabaseAnswers(() => markDeploymentFailed(db, { deploymentId, runnerId, error: error.toJSON() }), this.#ending.signal);
      if (found) web.tell("workspace.changed", { workspaceId: found.workspaceId, kind: "endpoint", name: endpoint });
    } catch (err) {
      this.#trouble(err, "a failed deployment could not be marked");
    }
  }

  async #renew(): Promise<void> {
    const { db, runnerId, log } = this.#services;
    try {
      const { lost } = await renewDeployments(db, { runnerId, deploymentIds: this.ids, now: new Date() });
      for (const deploymentId of lost) {
        log.info({ deployment: deploymentId }, "the deployment was stopped or given away");
        this.#leave(deploymentId);
      }
    } catch (error) {
      this.#trouble(error, "deployments' leases could not be renewed");
    }
  }

  #leave(deploymentId: string): void {
    const held = this.#held.get(deploymentId);
    if (!held) return;
    this.#held.delete(deploymentId);
    const left = held.model.stop({ drain: true }).finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #trouble(err: unknown, what: string): void {
    if (this.#ending.signal.aborted) return;
    this.#services.log[isDatabaseUnreachable(err) ? "warn" : "error"]({ err }, what);
  }
}
