import type { JobEvent } from "#lib/protocol/jobs";
import { cursorOf } from "#lib/protocol/socket";

export type LogLine = { attempt: number; seq: number; atMs: number; level: "debug" | "info" | "warn" | "error"; text: string };
export type MetricPoint = { attempt: number; seq: number; atMs: number; name: string; value: number | null; step: number; epoch: number };

type AttemptLog = {
  attempt: number;
  /** events 1 … last are in, without a gap */
  last: number;
  lines: readonly LogLine[];
  metrics: readonly MetricPoint[];
  /** events that came before their turn, by seq */
  held: ReadonlyMap<number, JobEvent>;
};

/** What a page knows of a job's events: one gapless sequence for each attempt, attempts ascending. */
export type EventLog = { attempts: readonly AttemptLog[] };

export const emptyEventLog: EventLog = { attempts: [] };

/**
 * Takes a batch in, in whatever order and however often it comes. An event that is in already is left out, one that
 * comes before its turn waits until the events before it are there.
 * @returns the same object when the batch brought nothing new
 */
export function appendEvents(log: EventLog, batch: readonly JobEvent[]): EventLog {
  const byAttempt = new Map<number, JobEvent[]>();
  for (const event of batch) {
    const events = byAttempt.get(event.attempt);
    if (events) events.push(event);
    else byAttempt.set(event.attempt, [event]);
  }
  let attempts = log.attempts;
  for (const [attempt, events] of byAttempt) {
    const before = attempts.find((each) => each.attempt === attempt);
    const after = appendToAttempt(before ?? { attempt, last: 0, lines: [], metrics: [], held: new Map() }, events);
    if (after === before) continue;
    attempts = [...attempts.filter((each) => each !== before), after].sort((a, b) => a.attempt - b.attempt);
  }
  return attempts === log.attempts ? log : { attempts };
}

function appendToAttempt(before: AttemptLog, events: readonly JobEvent[]): AttemptLog {
  const fresh = events.filter((event) => event.seq > before.last && !before.held.has(event.seq));
  if (fresh.length === 0) return before;
  const held = new Map(before.held);
  for (const event of fresh) held.set(event.seq, event);
  const lines: LogLine[] = [];
  const metrics: MetricPoint[] = [];
  let last = before.last;
  for (let event = held.get(last + 1); event; event = held.get(last + 1)) {
    last = event.seq;
    held.delete(last);
    const { attempt, seq, atMs, body } = event;
    if (body.kind === "log") lines.push({ attempt, seq, atMs, level: body.level, text: body.text });
    else metrics.push({ attempt, seq, atMs, name: body.name, value: body.value, step: body.step, epoch: body.epoch });
  }
  return {
    attempt: before.attempt,
    last,
    lines: lines.length ? [...before.lines, ...lines] : before.lines,
    metrics: metrics.length ? [...before.metrics, ...metrics] : before.metrics,
    held,
  };
}

/** Something came before its turn: ask again from `resumeCursor`. */
export function hasGap(log: EventLog): boolean {
  return log.attempts.some((each) => each.held.size > 0);
}

/** Where to go on from, as ATTEMPT:SEQ: the end of what is in without a gap. */
export function resumeCursor(log: EventLog): string {
  const broken = log.attempts.findIndex((each) => each.held.size > 0);
  const whole = broken < 0 ? log.attempts : log.attempts.slice(0, broken + 1);
  const end = whole.findLast((each) => each.last > 0);
  return end ? cursorOf({ attempt: end.attempt, seq: end.last }) : "0:0";
}

export function linesOf(log: EventLog): readonly LogLine[] {
  return log.attempts.length === 1 ? log.attempts[0]!.lines : log.attempts.flatMap((each) => each.lines);
}

export function metricsOf(log: EventLog): readonly MetricPoint[] {
  return log.attempts.length === 1 ? log.attempts[0]!.metrics : log.attempts.flatMap((each) => each.metrics);
}
