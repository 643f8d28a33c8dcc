import type { DefaultEventsMap, Namespace, Server, Socket } from "socket.io";
import { appendEvents } from "#lib/data/append-events";
import { findRunnerByToken } from "#lib/data/find-runner-by-token";
import { touchRunner } from "#lib/data/touch-runner";
import { LatheError } from "#lib/domain/errors";
import { runnerNamespace, runnerToWeb, type RunnerToWeb, type WebToRunner } from "#lib/protocol/runner-socket";
import type { z } from "zod";
import type { Live } from "./live";
import type { Services } from "./services";

export type RunnerHub = {
  isConnected(runnerId: string): boolean;
  connectedCount(): number;
  /** There is something to claim. */
  wakeAll(): void;
  stopJob(runnerId: string, jobId: string): void;
  /**
   * Asks a runner and waits for its answer, which the caller checks.
   * @throws LatheError 503 `runner_unreachable`, 504 `runner_timeout`
   */
  ask<Event extends "endpoint.predict" | "endpoint.infer">(runnerId: string, event: Event, body: WebToRunner[Event], timeoutMs: number): Promise<unknown>;
};

type RunnerData = { runnerId: string; name: string };
/** Events are checked by their schemas as they come, so the socket's own types stay open. */
type RunnerNamespace = Namespace<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, RunnerData>;
type RunnerSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, RunnerData>;
type Answer = ((result: unknown) => void) | undefined;

/** Runner ↔ web, as lib/protocol/runner-socket.ts has it. */
export function createRunnerHub(io: Server, services: Pick<Services, "db" | "log"> & { live: Live }): RunnerHub {
  const { db, log, live } = services;
  const namespace: RunnerNamespace = io.of(runnerNamespace);
  /** a runner that starts again may be here twice for a moment; the newest counts */
  const connected = new Map<string, RunnerSocket[]>();
  /** what is asked of each connection and not answered yet */
  const pending = new WeakMap<RunnerSocket, Set<() => void>>();

  namespace.use((socket, next) => {
    const { token, name } = socket.handshake.auth as { token?: unknown; name?: unknown };
    const refuse = (message: string) => next(Object.assign(new Error(message), { data: { code: "runner_refused", message } }));
    if (typeof token !== "string" || token === "") return refuse("A runner needs its token.");
    findRunnerByToken(db, { token }).then(
      (runner) => {
        if (!runner || (name !== undefined && name !== runner.name)) return refuse("This token is not a runner's, or another runner's.");
        socket.data = { runnerId: runner.id, name: runner.name };
        next();
      },
      (err: unknown) => {
        log.warn({ err }, "a runner could not be looked up");
        refuse("The database cannot be reached at the moment; try again.");
      },
    );
  });

  namespace.on("connection", (socket) => {
    const { runnerId, name } = socket.data;
    connected.set(runnerId, [socket, ...(connected.get(runnerId) ?? [])]);
    pending.set(socket, new Set());
    log.info({ runner: name }, "runner connected");
    live.runnerChanged(name);

    socket.on("disconnect", (reason) => {
      const rest = (connected.get(runnerId) ?? []).filter((other) => other !== socket);
      if (rest.length > 0) connected.set(runnerId, rest);
      else connected.delete(runnerId);
      for (const giveUp of pending.get(socket) ?? []) giveUp();
      log.info({ runner: name, reason }, "runner disconnected");
      live.runnerChanged(name);
    });

    const on = <Event extends keyof RunnerToWeb>(event: Event, act: (body: RunnerToWeb[Event]) => Promise<unknown>) => {
      socket.on(event as string, (body: unknown, answer: Answer) => {
        const parsed = (runnerToWeb[event] as unknown as z.ZodType<RunnerToWeb[Event]>).safeParse(body);
        if (!parsed.success) {
          log.error({ runner: name, event, issues: parsed.error.issues.slice(0, 3) }, "a runner's message is not as the protocol has it");
          answer?.({ error: `${event} is not as the protocol has it` });
          return;
        }
        act(parsed.data).then(
          (result) => answer?.(result),
          (err: unknown) => {
            log.warn({ err, runner: name, event }, "a runner's message could not be dealt with");
            answer?.({ error: "web could not store it; send it again" });
          },
        );
      });
    };

    on("runner.hello", async ({ info }) => {
      await touchRunner(db, { runnerId, info });
      live.runnerChanged(name);
      return { ok: true };
    });
    on("runner.load", async ({ load }) => {
      await touchRunner(db, { runnerId, load });
      return { ok: true };
    });
    on("job.events", async ({ jobId, attempt, events }) => {
      const { seq, fenced, stored } = await appendEvents(db, { jobId, attempt, events });
      if (stored.length > 0) live.eventsStored(jobId);
      return { seq, fenced };
    });
    on("job.changed", async ({ jobId }) => {
      await live.jobChanged(jobId);
      return { ok: true };
    });
    on("workspace.changed", async ({ workspaceId, kind, name: changed }) => {
      live.changed(workspaceId, kind, changed);
      return { ok: true };
    });
  });

  const newest = (runnerId: string) => connected.get(runnerId)?.[0];

  return {
    isConnected: (runnerId) => connected.has(runnerId),
    connectedCount: () => connected.size,
    wakeAll() {
      for (const [socket] of connected.values()) socket?.emit("wake", {});
    },
    stopJob(runnerId, jobId) {
      newest(runnerId)?.emit("job.stop", { jobId });
    },
    async ask(runnerId, event, body, timeoutMs) {
      const socket = newest(runnerId);
      if (!socket) throw runnerUnreachable();
      const waiting = pending.get(socket)!;
      return new Promise((resolve, reject) => {
        const giveUp = () => reject(runnerUnreachable());
        waiting.add(giveUp);
        socket.timeout(timeoutMs).emit(event, body, (error: Error | null, answer: unknown) => {
          waiting.delete(giveUp);
          if (error) reject(runnerTimeout(timeoutMs));
          else resolve(answer);
        });
      });
    },
  };
}

function runnerUnreachable(): LatheError {
  return new LatheError({
    code: "runner_unreachable",
    message: "The runner that serves this model is not connected at the moment.",
    nextStep: "Try again in a few seconds: another runner takes the model over when this one stays away.",
    status: 503,
  });
}

function runnerTimeout(timeoutMs: number): LatheError {
  return new LatheError({
    code: "runner_timeout",
    message: `The model gave no answer within ${timeoutMs / 1000} s.`,
    nextStep: "Send fewer pictures at a time, or look at what the runner is busy with.",
    status: 504,
  });
}
