import { io } from "socket.io-client";
import { LatheError } from "#lib/domain/errors";
import {
  eventsAcknowledgement, runnerNamespace, webToRunner, type InferResponse, type PredictResponse, type RunnerToWeb, type WebToRunner,
} from "#lib/protocol/runner-socket";
import type { Log } from "./log";
import type { SendEvents } from "./work/event-sender";

/** How long web may take to store a batch. */
const answerMs = 15_000;

export type WebLinkListener = {
  connected(): void;
  stopJob(jobId: string): void;
  wake(): void;
  predict(body: WebToRunner["endpoint.predict"]): Promise<PredictResponse>;
  infer(body: WebToRunner["endpoint.infer"]): Promise<InferResponse>;
};

/** The runner's one connection to web. It dials out and never gives up. */
export type WebLink = {
  /** Told when connected; otherwise dropped: these are news, not facts. */
  tell<Event extends "runner.hello" | "runner.load" | "job.changed" | "workspace.changed">(event: Event, body: RunnerToWeb[Event]): void;
  sendEvents: SendEvents;
  /** resolves at the first connection */
  firstConnection: Promise<void>;
  close(): void;
};

export function openWebLink(options: { url: string; token: string; name: string; log: Log; listener: WebLinkListener }): WebLink {
  const { url, token, name, log, listener } = options;
  const socket = io(new URL(runnerNamespace, url).toString(), {
    auth: { token, name },
    transports: ["websocket"],
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
  });
  let lastTrouble = "";

  const firstConnection = new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.on("connect", () => {
    lastTrouble = "";
    log.info("connected to web");
    listener.connected();
  });
  socket.on("disconnect", (reason) => {
    log.warn({ reason }, "the connection to web is lost; the work goes on");
    // web closed it on purpose, as it does when it ends; socket.io would stay away then.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", (error) => {
    if (error.message !== lastTrouble) log.warn({ reason: error.message }, "web cannot be reached; it is tried again");
    lastTrouble = error.message;
    // A refusal ends socket.io's own attempts. The token may be known a moment later.
    if (!socket.active) setTimeout(() => socket.connect(), 1_000).unref();
  });

  const answer = (act: (body: unknown) => Promise<unknown>) => (body: unknown, reply?: (result: unknown) => void) => {
    act(body).then(
      (result) => reply?.(result),
      (error: unknown) => {
        if (!(error instanceof LatheError)) log.error({ err: error }, "a request could not be answered");
        reply?.({ error: servingFailure(error) });
      },
    );
  };
  socket.on("job.stop", (body: unknown) => {
    const parsed = webToRunner["job.stop"].safeParse(body);
    if (parsed.success) listener.stopJob(parsed.data.jobId);
  });
  socket.on("wake", () => listener.wake());
  socket.on("endpoint.predict", answer(async (body) => listener.predict(webToRunner["endpoint.predict"].parse(body))));
  socket.on("endpoint.infer", answer(async (body) => listener.infer(webToRunner["endpoint.infer"].parse(body))));

  return {
    tell(event, body) {
      if (socket.connected) socket.emit(event, body);
    },
    async sendEvents(batch) {
      if (!socket.connected) throw new Error("web is not connected");
      const answered = eventsAcknowledgement.parse(await socket.timeout(answerMs).emitWithAck("job.events", batch));
      if ("error" in answered) throw new Error(answered.error);
      return answered;
    },
    firstConnection,
    close: () => void socket.disconnect(),
  };
}

function servingFailure(error: unknown): { code: string; message: string; nextStep: string; status: number } {
  if (error instanceof LatheError) return { ...error.toJSON(), status: error.status };
  return {
    code: "runner_failed",
    message: "The runner could not answer this request.",
    nextStep: "Try again; if it happens again, look at the runner's log.",
    status: 500,
  };
}
