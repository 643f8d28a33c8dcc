import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { appendEvents } from "#lib/data/append-events";
import type { Database } from "#lib/data/database";
import { sweepExpiredLeases } from "#lib/data/sweep-expired-leases";
import type { Queue } from "#lib/data/queue";
import { runnerNamespace, runnerToWeb, type RunnerToWeb, type WebToRunner } from "#lib/protocol/runner-socket";

export type FakeWeb = {
  url: string;
  /** everything the runners said that web would show, by event */
  heard: { [Event in keyof RunnerToWeb]: RunnerToWeb[Event][] };
  ask<Event extends "endpoint.predict" | "endpoint.infer">(event: Event, body: WebToRunner[Event]): Promise<unknown>;
  emit<Event extends "job.stop" | "wake">(event: Event, body: WebToRunner[Event]): void;
  /** cuts every connection, as a proxy that restarts */
  dropConnections(): void;
  /** decides what becomes of a batch: stored and answered, stored without an answer, or neither */
  onBatch: (batch: RunnerToWeb["job.events"]) => "answer" | "store-only" | "lose";
  close(): Promise<void>;
};

/** The runner's side of web with the real tables behind it: stores events, answers, sweeps every second. */
export async function startFakeWeb(db: Database, queue: Pick<Queue, "sendJob">, options: { port?: number } = {}): Promise<FakeWeb> {
  const server = createServer();
  const io = new Server(server, { maxHttpBufferSize: 12 * 1024 * 1024 });
  const sockets: Socket[] = [];
  const heard = Object.fromEntries(Object.keys(runnerToWeb).map((event) => [event, []])) as unknown as FakeWeb["heard"];
  io.of(runnerNamespace).on("connection", (socket) => {
    sockets.unshift(socket);
    socket.on("disconnect", () => sockets.splice(sockets.indexOf(socket), 1));
    for (const event of Object.keys(runnerToWeb) as (keyof RunnerToWeb)[]) {
      socket.on(event as string, async (body: unknown, answer?: (result: unknown) => void) => {
        const parsed = runnerToWeb[event].parse(body);
        (heard[event] as unknown[]).push(parsed);
        if (event !== "job.events") return answer?.({ ok: true });
        const batch = parsed as RunnerToWeb["job.events"];
        const fate = web.onBatch(batch);
        if (fate === "lose") return;
        const { seq, fenced } = await appendEvents(db, batch);
        if (fate === "answer") answer?.({ seq, fenced });
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(async () => {
      const sweep = await sweepExpiredLeases(db, { now: new Date() });
      for (const jobId of sweep?.queuedJobIds ?? []) await queue.sendJob(jobId);
      for (const socket of sockets) socket.emit("wake", {});
    });
  }, 1_000);

  const web: FakeWeb = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    ask: (event, body) => sockets[0]!.timeout(30_000).emitWithAck(event, body),
    emit: (event, body) => sockets.forEach((socket) => socket.emit(event, body)),
    dropConnections: () => sockets.slice().forEach((socket) => socket.conn.close()),
    onBatch: () => "answer",
    async close() {
      clearInterval(timer);
      await sweeping;
      await io.close();
    },
  };
  return web;
}
