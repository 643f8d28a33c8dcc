import type { Duplex } from "node:stream";
import type { z } from "zod";
import { encodeFrame, FrameDecoder } from "./frames";

export type Channel<Outgoing extends object> = {
  /** @returns resolves when it may be said that more can be sent; what is sent after the end is dropped */
  send(message: Outgoing): Promise<void>;
  /** While paused nothing is read: the other side is held up once the pipe is full. */
  pause(): void;
  resume(): void;
  close(): void;
};

export type ChannelListener<Incoming> = {
  message(message: Incoming): void;
  /** What came is no frame or not as the schema has it: the channel is closed. */
  broken(reason: string): void;
  closed(): void;
};

/** Typed messages over a stream, each checked by its schema as it comes. */
export function openChannel<Incoming, Outgoing extends object>(
  stream: Duplex,
  options: { incoming: z.ZodType<Incoming>; maxFrameBytes: number; listener: ChannelListener<Incoming> },
): Channel<Outgoing> {
  const { incoming, listener } = options;
  const decoder = new FrameDecoder(options.maxFrameBytes);
  let open = true;

  function end(): void {
    if (!open) return;
    open = false;
    stream.destroy();
    listener.closed();
  }
  function fail(reason: string): void {
    if (!open) return;
    listener.broken(reason);
    end();
  }

  stream.on("data", (piece: Buffer) => {
    try {
      for (const raw of decoder.push(piece)) {
        if (!open) return;
        const parsed = incoming.safeParse(raw);
        if (!parsed.success) return fail(describeIssues(parsed.error));
        listener.message(parsed.data);
      }
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  });
  stream.on("end", end);
  stream.on("close", end);
  // The other side died in the middle of a write; its end is told by its exit.
  stream.on("error", end);

  return {
    async send(message) {
      if (!open) return;
      let more = true;
      for (const part of encodeFrame(message)) more = stream.write(part);
      if (more) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          stream.off("drain", done);
          stream.off("close", done);
          resolve();
        };
        stream.on("drain", done);
        stream.on("close", done);
      });
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: end,
  };
}

function describeIssues(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `a message that is not as the protocol has it: ${issue.path.map(String).join(".")}: ${issue.message}` : "a message that is not as the protocol has it";
}
