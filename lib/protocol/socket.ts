import { z } from "zod";
import { jobEvent, job } from "./jobs";
import { sampleFacts } from "./samples";

/**
 * Browser ↔ web, namespace "/live", on the web's own port at /socket.io. The handshake carries the session cookie and
 * `auth: {workspace: slug}`; the server refuses anybody who is not a member.
 *
 * A page subscribes with the cursor it has; the server first replays what is stored after it, then goes on live:
 * no gap and no duplicate after a reconnect, because events are numbered and stored before they are sent.
 */
export const liveNamespace = "/live";

export const liveClientToServer = {
  /** answers {ok: true} or {error} */
  "job.subscribe": z.object({ job: z.string(), cursor: z.string().default("0:0") }),
  "job.unsubscribe": z.object({ job: z.string() }),
  /** the changes of a dataset version's samples, from now on; what is there already is read by the API */
  "samples.subscribe": z.object({ dataset: z.string(), version: z.number().int().min(1) }),
  "samples.unsubscribe": z.object({ dataset: z.string(), version: z.number().int().min(1) }),
};

export const liveServerToClient = {
  /** consecutive, oldest first */
  "job.events": z.object({ job: z.string(), events: z.array(jobEvent) }),
  /** a job of this workspace changed: its full present state */
  "job.changed": job,
  /** `samples` as they now are, in no order: the higher revision of a sample counts. null: so many that they must be read again */
  "samples.changed": z.object({ dataset: z.string(), version: z.number().int(), draftRevision: z.number().int(), samples: z.array(sampleFacts).nullable() }),
  /** something of this kind changed: refetch it */
  "workspace.changed": z.object({ kind: z.enum(["bucket", "dataset", "model", "endpoint", "runner"]), name: z.string() }),
};

export type LiveServerToClient = { [K in keyof typeof liveServerToClient]: (body: z.infer<(typeof liveServerToClient)[K]>) => void };
export type LiveClientToServer = {
  [K in keyof typeof liveClientToServer]: (
    body: z.input<(typeof liveClientToServer)[K]>,
    answer: (result: { ok: true } | { error: { code: string; message: string; nextStep: string } }) => void,
  ) => void;
};

/** "ATTEMPT:SEQ" of the last event seen; "0:0" is before the first. */
export function parseCursor(cursor: string): { attempt: number; seq: number } | null {
  const match = /^(\d{1,9}):(\d{1,9})$/.exec(cursor);
  return match ? { attempt: Number(match[1]), seq: Number(match[2]) } : null;
}

export function cursorOf(event: { attempt: number; seq: number }): string {
  return `${event.attempt}:${event.seq}`;
}
