import type { Namespace, Server, Socket } from "socket.io";
import { findAnyJob, findJob } from "#lib/data/find-job";
import { findDatasetVersion } from "#lib/data/find-dataset-version";
import { listEvents } from "#lib/data/list-events";
import { LatheError } from "#lib/domain/errors";
import type { JobEvent } from "#lib/protocol/jobs";
import {
  cursorOf, liveClientToServer, liveNamespace, parseCursor, type LiveClientToServer, type LiveServerToClient,
} from "#lib/protocol/socket";
import { presentJob } from "./api/present-job";
import { invalidInput } from "./api/router";
import { authorise } from "./authorise";
import type { Log } from "./log";
import { problemOf } from "./problem";
import type { Services } from "./services";

const pageEvents = 500;
const maxSubscriptions = 20;

type SocketData = { userId: string; workspaceId: string; slug: string };
type LiveSocket = Socket<LiveClientToServer, LiveServerToClient, {}, SocketData>;
export type ChangedKind = "bucket" | "dataset" | "model" | "endpoint" | "runner";

export type Live = {
  /** New events of this job are stored: whoever watches it gets them. */
  eventsStored(jobId: string): void;
  /** The job's row changed: its workspace's pages get it whole. */
  jobChanged(jobId: string): Promise<void>;
  /** Samples of a dataset version changed: whoever watches it gets them. */
  samplesChanged(datasetVersionId: string, body: Parameters<LiveServerToClient["samples.changed"]>[0]): void;
  changed(workspaceId: string, kind: ChangedKind, name: string): void;
  /** To the pages of every workspace: runners are shared. */
  runnerChanged(name: string): void;
  /** Somebody is a member no more. */
  disconnect(member: { workspaceId: string; userId: string }): void;
};

/**
 * One watched job of one page. What is stored after the cursor is read and sent until there is no more; a wake-up while
 * that goes on makes it look once more. Replay and live are the same loop, so there is no seam between them.
 */
class Subscription {
  #cursor: { attempt: number; seq: number };
  #pumping = false;
  #woken = false;
  #ended = false;

  constructor(
    readonly jobId: string,
    cursor: { attempt: number; seq: number },
    readonly services: Pick<Services, "db">,
    readonly socket: LiveSocket,
    readonly log: Log,
  ) {
    this.#cursor = cursor;
  }

  end(): void {
    this.#ended = true;
  }

  wake(): void {
    this.#woken = true;
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#woken && !this.#ended) {
        this.#woken = false;
        const events = (await listEvents(this.services.db, { jobId: this.jobId, after: this.#cursor, limit: pageEvents })) as JobEvent[];
        if (events.length === 0 || this.#ended) continue;
        this.socket.emit("job.events", { job: this.jobId, events });
        const { attempt, seq } = events.at(-1)!;
        this.#cursor = { attempt, seq };
        if (events.length === pageEvents) this.#woken = true;
      }
    } catch (err) {
      // The database is away: the page comes back with its cursor and misses nothing.
      this.log.warn({ err, job: this.jobId, cursor: cursorOf(this.#cursor) }, "events could not be read for a page");
      this.socket.disconnect(true);
    } finally {
      this.#pumping = false;
    }
  }
}

/** Browser ↔ web, as lib/protocol/socket.ts has it. */
export function createLive(io: Server, services: Pick<Services, "db" | "auth" | "config" | "log">): Live {
  const namespace: Namespace<LiveClientToServer, LiveServerToClient, {}, SocketData> = io.of(liveNamespace);
  const watching = new Map<string, Set<Subscription>>();

  namespace.use((socket, next) => {
    const workspace: unknown = socket.handshake.auth.workspace;
    const asked = { headers: socket.handshake.headers, workspace: typeof workspace === "string" ? workspace : undefined };
    authorise(services, asked, "viewer").then(
      (access) => {
        socket.data = { userId: access.user.id, workspaceId: access.workspace.workspaceId, slug: access.workspace.slug };
        next();
      },
      (error: unknown) => {
        const problem = problemOf(error);
        next(Object.assign(new Error(problem.message), { data: problem.toJSON() }));
      },
    );
  });

  namespace.on("connection", (socket) => {
    const mine = new Map<string, Subscription>();
    void socket.join(`workspace:${socket.data.workspaceId}`);
    void socket.join(`member:${socket.data.workspaceId}:${socket.data.userId}`);

    const unsubscribe = (jobId: string) => {
      const subscription = mine.get(jobId);
      if (!subscription) return;
      subscription.end();
      mine.delete(jobId);
      watching.get(jobId)?.delete(subscription);
      if (watching.get(jobId)?.size === 0) watching.delete(jobId);
    };

    socket.on("job.subscribe", (body, answer) => {
      if (typeof answer !== "function") return;
      subscribe(body).then(
        () => answer({ ok: true }),
        (error: unknown) => answer({ error: problemOf(error).toJSON() }),
      );
    });

    async function subscribe(body: unknown): Promise<void> {
      const parsed = liveClientToServer["job.subscribe"].safeParse(body);
      if (!parsed.success) throw invalidInput(parsed.error);
      const { job: jobId } = parsed.data;
      const cursor = parseCursor(parsed.data.cursor);
      if (!cursor) throw new LatheError({ code: "invalid_cursor", message: '"cursor" is not ATTEMPT:SEQ.', nextStep: 'Start with "0:0".' });
      // Asked anew each time: the membership may have ended since the socket was opened.
      await authorise(services, { headers: socket.handshake.headers, workspace: socket.data.slug }, "viewer");
      await findJob(services.db, { jobId, workspaceId: socket.data.workspaceId });
      unsubscribe(jobId);
      if (mine.size >= maxSubscriptions) {
        throw tooManySubscriptions("jobs");
      }
      if (socket.disconnected) return;
      const subscription = new Subscription(jobId, cursor, services, socket, services.log);
      mine.set(jobId, subscription);
      // From here on new events wake it; then it reads what is stored already.
      if (!watching.has(jobId)) watching.set(jobId, new Set());
      watching.get(jobId)!.add(subscription);
      subscription.wake();
    }

    socket.on("job.unsubscribe", (body, answer) => {
      const parsed = liveClientToServer["job.unsubscribe"].safeParse(body);
      if (parsed.success) unsubscribe(parsed.data.job);
      if (typeof answer === "function") answer(parsed.success ? { ok: true } : { error: invalidInput(parsed.error).toJSON() });
    });

    // A version's watchers are a room; leaving it needs no look into the database.
    const rooms = new Map<string, string>();
    const roomName = ({ dataset, version }: { dataset: string; version: number }) => `${dataset}@${version}`;

    socket.on("samples.subscribe", (body, answer) => {
      if (typeof answer !== "function") return;
      watchSamples(body).then(
        () => answer({ ok: true }),
        (error: unknown) => answer({ error: problemOf(error).toJSON() }),
      );
    });

    async function watchSamples(body: unknown): Promise<void> {
      const parsed = liveClientToServer["samples.subscribe"].safeParse(body);
      if (!parsed.success) throw invalidInput(parsed.error);
      const access = await authorise(services, { headers: socket.handshake.headers, workspace: socket.data.slug }, "viewer");
      const { dataset, version } = parsed.data;
      const row = await findDatasetVersion(services.db, { workspaceId: access.workspace.workspaceId, dataset, version });
      if (rooms.size >= maxSubscriptions && !rooms.has(roomName(parsed.data))) throw tooManySubscriptions("dataset versions");
      rooms.set(roomName(parsed.data), samplesRoom(row.id));
      await socket.join(samplesRoom(row.id));
    }

    socket.on("samples.unsubscribe", (body, answer) => {
      const parsed = liveClientToServer["samples.unsubscribe"].safeParse(body);
      const room = parsed.success && rooms.get(roomName(parsed.data));
      if (parsed.success && room) {
        rooms.delete(roomName(parsed.data));
        void socket.leave(room);
      }
      if (typeof answer === "function") answer(parsed.success ? { ok: true } : { error: invalidInput(parsed.error).toJSON() });
    });

    socket.on("disconnect", () => {
      for (const jobId of [...mine.keys()]) unsubscribe(jobId);
    });
  });

  return {
    eventsStored(jobId) {
      for (const subscription of watching.get(jobId) ?? []) subscription.wake();
    },
    async jobChanged(jobId) {
      const row = await findAnyJob(services.db, { jobId });
      if (row) namespace.to(`workspace:${row.workspaceId}`).emit("job.changed", presentJob(row));
    },
    samplesChanged(datasetVersionId, body) {
      namespace.to(samplesRoom(datasetVersionId)).emit("samples.changed", body);
    },
    changed(workspaceId, kind, name) {
      namespace.to(`workspace:${workspaceId}`).emit("workspace.changed", { kind, name });
    },
    runnerChanged(name) {
      namespace.emit("workspace.changed", { kind: "runner", name });
    },
    disconnect({ workspaceId, userId }) {
      namespace.in(`member:${workspaceId}:${userId}`).disconnectSockets(true);
    },
  };
}

function samplesRoom(datasetVersionId: string): string {
  return `samples:${datasetVersionId}`;
}

function tooManySubscriptions(what: string): LatheError {
  return new LatheError({
    code: "too_many_subscriptions",
    message: `A page can watch ${maxSubscriptions} ${what} at once.`,
    nextStep: "Unsubscribe from one first.",
    status: 429,
  });
}
