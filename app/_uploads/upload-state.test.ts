import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backOffMs,
  emptyUploads,
  isActive,
  maxOfflineMs,
  maxSendAttempts,
  parallel,
  signBatch,
  signedFreshMs,
  transition,
  type FailReason,
  type NewFile,
  type UploadEffect,
  type UploadEvent,
  type UploadState,
} from "./upload-state";

const file = (key: string, sizeBytes = 1000): NewFile => ({ bucket: "photos", key, sizeBytes, contentType: "image/jpeg" });
const files = (count: number): NewFile[] => Array.from({ length: count }, (_, place) => file(`北京/${place}.jpg`));

/** The machine with a clock, and with what it asked for kept by kind. */
class Bench {
  state: UploadState = emptyUploads;
  nowMs = 1_000_000;
  asked: UploadEffect[] = [];

  send(event: UploadEvent): UploadEffect[] {
    const { state, effects } = transition(this.state, event, this.nowMs);
    this.state = state;
    this.asked = effects;
    return effects;
  }

  signAll(): UploadEffect[] {
    const sign = this.asked.find((effect) => effect.type === "sign");
    if (!sign) return [];
    return this.send({ type: "signed", results: sign.ids.map((id) => ({ id, url: `http://store/${id}`, headers: {}, reason: null })) });
  }

  start(count: number): number[] {
    this.send({ type: "added", files: files(count) });
    return this.signAll().flatMap((effect) => (effect.type === "send" ? [effect.id] : []));
  }

  statusOf(id: number) {
    return this.state.items[id]!.status;
  }
}

describe("the upload queue", () => {
  it("asks for at most a hundred addresses and sends six files at once", () => {
    const bench = new Bench();
    const [sign] = bench.send({ type: "added", files: files(250) });
    expect(sign).toEqual({ type: "sign", bucket: "photos", ids: Array.from({ length: signBatch }, (_, id) => id) });
    const sends = bench.signAll().filter((effect) => effect.type === "send");
    expect(sends.map((effect) => effect.id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(bench.state.counts).toMatchObject({ queued: 244, uploading: parallel });
  });

  it("takes the next file when one is done, and lets go of its bytes", () => {
    const bench = new Bench();
    bench.start(10);
    const effects = bench.send({ type: "sent", id: 2 });
    expect(effects).toContainEqual({ type: "release", ids: [2] });
    expect(effects).toContainEqual(expect.objectContaining({ type: "send", id: 6 }));
    expect(bench.state.sentBytes).toBe(1000);
  });

  it("tells of a key that cannot be, without sending it", () => {
    const bench = new Bench();
    const reason: FailReason = { kind: "key", problem: "dots" };
    const effects = bench.send({ type: "added", files: [{ ...file("../secret"), reason }] });
    expect(effects).toEqual([]);
    expect(bench.state.items[0]).toMatchObject({ status: "failed", reason });
    expect(bench.send({ type: "retry", ids: "failed" })).toEqual([]);
    expect(bench.statusOf(0)).toBe("failed");
  });

  it("keeps the server's reason when a key is not signed", () => {
    const bench = new Bench();
    bench.send({ type: "added", files: files(1) });
    bench.send({ type: "signed", results: [{ id: 0, url: null, headers: {}, reason: "the bucket is full" }] });
    expect(bench.state.items[0]).toMatchObject({ status: "failed", reason: { kind: "refused", message: "the bucket is full" } });
  });

  it("tries a file that fails while others get through again after 1, 2, 4 … s, then fails it with the reason", () => {
    const bench = new Bench();
    bench.start(1000);
    const another = () => {
      bench.nowMs += 1;
      bench.send({ type: "sent", id: bench.state.items.findIndex(({ status }, id) => id > 0 && status === "uploading") });
      bench.signAll();
    };
    const fail = () => {
      bench.nowMs += 1;
      bench.send({ type: "sent", id: bench.state.items.findIndex(({ status }, id) => id > 0 && status === "uploading") });
      return bench.send({ type: "send-failed", id: 0, reason: { kind: "network" } });
    };
    for (let attempt = 1; attempt < maxSendAttempts; attempt++) {
      expect(fail()).toContainEqual({ type: "wake", atMs: bench.nowMs + backOffMs(attempt) });
      expect(bench.state.offline).toBeNull();
      bench.nowMs += backOffMs(attempt);
      bench.send({ type: "tick" });
      bench.signAll();
      // A place has to come free for it.
      for (let tries = 0; bench.statusOf(0) !== "uploading" && tries < 150; tries++) another();
      expect(bench.statusOf(0)).toBe("uploading");
    }
    fail();
    expect(bench.state.items[0]).toMatchObject({ status: "failed", reason: { kind: "network" } });
    bench.send({ type: "retry", ids: [0] });
    bench.signAll();
    expect(["uploading", "queued"]).toContain(bench.statusOf(0));
  });

  it("blames no file for a broken line: one is tried now and then, for minutes, and all go on when it is back", () => {
    const bench = new Bench();
    bench.start(20);
    for (let id = 0; id < parallel; id++) bench.send({ type: "send-failed", id, reason: { kind: "network" } });
    expect(bench.state).toMatchObject({ counts: { uploading: 0, queued: 20, failed: 0 }, offline: { tries: 1 } });
    for (let minutes = 0; minutes < 10; minutes += 0.5) {
      bench.nowMs += 30_000;
      bench.send({ type: "tick" });
      bench.signAll();
      expect(bench.state.counts.uploading).toBe(1);
      bench.send({ type: "send-failed", id: bench.state.items.findIndex(({ status }) => status === "uploading"), reason: { kind: "network" } });
    }
    expect(bench.state.counts).toMatchObject({ queued: 20, failed: 0 });
    bench.send({ type: "online" });
    bench.signAll();
    bench.send({ type: "sent", id: bench.state.items.findIndex(({ status }) => status === "uploading") });
    bench.signAll();
    expect(bench.state.offline).toBeNull();
    expect(bench.state.counts.uploading).toBe(parallel);
  });

  it("waits for the person after half an hour without a connection", () => {
    const bench = new Bench();
    bench.start(3);
    bench.send({ type: "send-failed", id: 0, reason: { kind: "network" } });
    bench.nowMs += maxOfflineMs + 1;
    bench.send({ type: "send-failed", id: 1, reason: { kind: "network" } });
    expect(bench.state).toMatchObject({ paused: true, counts: { paused: 3, failed: 0 } });
  });

  it("counts what was there already as done, and apart", () => {
    const bench = new Bench();
    bench.start(3);
    expect(bench.send({ type: "skipped", id: 1 })).toContainEqual({ type: "release", ids: [1] });
    expect(bench.state).toMatchObject({ skipped: 1, sentBytes: 1000, counts: { done: 1 } });
  });

  it("asks for a new address when the store says that the old one ran out", () => {
    const bench = new Bench();
    bench.start(1);
    bench.send({ type: "send-failed", id: 0, reason: { kind: "store", status: 403, message: "Request has expired" } });
    bench.nowMs += backOffMs(1);
    expect(bench.send({ type: "tick" })).toContainEqual({ type: "sign", bucket: "photos", ids: [0] });
  });

  it("does not use an address that is too old after a long pause", () => {
    const bench = new Bench();
    bench.start(10);
    bench.send({ type: "pause" });
    bench.nowMs += signedFreshMs;
    expect(bench.send({ type: "resume" })).toEqual([{ type: "sign", bucket: "photos", ids: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }]);
  });

  it("does not try again what the store refuses for good, nor a full disk", () => {
    for (const status of [400, 413, 507]) {
      const bench = new Bench();
      bench.start(1);
      bench.send({ type: "send-failed", id: 0, reason: { kind: "store", status, message: "no" } });
      expect(bench.statusOf(0)).toBe("failed");
    }
  });

  it("pauses by ending the requests, and goes on with the same files", () => {
    const bench = new Bench();
    bench.start(8);
    bench.send({ type: "progress", id: 0, sentBytes: 600 });
    const paused = bench.send({ type: "pause" });
    expect(paused).toEqual([0, 1, 2, 3, 4, 5].map((id) => ({ type: "abort", id })));
    expect(bench.state).toMatchObject({ sentBytes: 0, counts: { paused: 8, uploading: 0 } });
    expect(isActive(bench.state)).toBe(true);
    const resumed = bench.send({ type: "resume" });
    expect(resumed.filter((effect) => effect.type === "send").map((effect) => effect.id)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("cancels what is open and leaves what failed or is done", () => {
    const bench = new Bench();
    bench.start(8);
    bench.send({ type: "sent", id: 0 });
    bench.send({ type: "send-failed", id: 1, reason: { kind: "store", status: 400, message: "" } });
    const effects = bench.send({ type: "cancel", ids: "open" });
    expect(effects.at(-1)).toEqual({ type: "release", ids: [2, 3, 4, 5, 6, 7] });
    expect(isActive(bench.state)).toBe(false);
    expect(bench.state.counts).toMatchObject({ done: 1, failed: 1, cancelled: 6 });
    expect(bench.state.totalBytes).toBe(2000);
  });

  it("does not take a signature that comes after the cancel", () => {
    const bench = new Bench();
    bench.send({ type: "added", files: files(2) });
    const asked = bench.asked;
    bench.send({ type: "cancel", ids: [0] });
    bench.asked = asked;
    const sends = bench.signAll().filter((effect) => effect.type === "send");
    expect(sends.map((effect) => effect.id)).toEqual([1]);
  });

  it("estimates speed from what was sent, not from what was sent again", () => {
    const bench = new Bench();
    bench.send({ type: "added", files: [file("a", 100_000)] });
    bench.signAll();
    bench.send({ type: "progress", id: 0, sentBytes: 1 });
    for (let step = 1; step <= 40; step++) {
      bench.nowMs += 500;
      bench.send({ type: "progress", id: 0, sentBytes: 1 + step * 1000 });
    }
    // 1,000 bytes each half second
    expect(bench.state.speed.bytesPerSecond).toBeCloseTo(2000, 6);
  });

  it("loses no file and no failure, whatever happens", () => {
    const anyEvent = fc.oneof(
      fc.record({ type: fc.constant("added" as const), n: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ type: fc.constantFrom("answer" as const, "refuse" as const, "sign-failed" as const) }),
      fc.record({ type: fc.constantFrom("sent" as const, "network" as const, "denied" as const, "progress" as const), pick: fc.nat(200) }),
      fc.record({ type: fc.constantFrom("pause" as const, "resume" as const, "retry" as const, "tick" as const) }),
      fc.record({ type: fc.constant("cancel" as const), pick: fc.nat(200) }),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 120 }), (events) => {
        const bench = new Bench();
        const open = new Set<number>();
        const signing: (readonly number[])[] = [];
        const tell = (event: UploadEvent) => {
          const before = bench.state.items.slice();
          for (const effect of bench.send(event)) {
            if (effect.type === "send") open.add(effect.id);
            if (effect.type === "abort") open.delete(effect.id);
            if (effect.type === "sign") signing.push(effect.ids);
          }
          before.forEach((item, id) => {
            const now = bench.statusOf(id);
            if (item.status === "done") expect(now).toBe("done");
            if (item.status === "failed" && event.type !== "retry" && event.type !== "cancel") expect(now).toBe("failed");
          });
        };
        const uploading = (pick: number) => {
          const id = [...open][pick % Math.max(1, open.size)];
          if (id !== undefined) open.delete(id);
          return id;
        };
        for (const event of events) {
          bench.nowMs += 700;
          tell({ type: "tick" });
          if (event.type === "added") tell({ type: "added", files: files(event.n) });
          else if (event.type === "answer" || event.type === "refuse") {
            const ids = signing.shift();
            if (ids) tell({ type: "signed", results: ids.map((id) => ({ id, url: event.type === "answer" ? "u" : null, headers: {}, reason: "no" })) });
          } else if (event.type === "sign-failed") {
            const ids = signing.shift();
            if (ids) tell({ type: "sign-failed", ids, again: true, reason: { kind: "network" } });
          } else if (event.type === "progress") {
            const id = [...open][event.pick % Math.max(1, open.size)];
            if (id !== undefined) tell({ type: "progress", id, sentBytes: event.pick });
          } else if (event.type === "sent") {
            const id = uploading(event.pick);
            if (id !== undefined) tell({ type: "sent", id });
          } else if (event.type === "network" || event.type === "denied") {
            const id = uploading(event.pick);
            const reason: FailReason = event.type === "network" ? { kind: "network" } : { kind: "store", status: 400, message: "" };
            if (id !== undefined) tell({ type: "send-failed", id, reason });
          } else if (event.type === "cancel") tell({ type: "cancel", ids: [event.pick] });
          else if (event.type === "retry") tell({ type: "retry", ids: "failed" });
          else tell({ type: event.type });

          const { items, counts } = bench.state;
          for (const status of Object.keys(counts) as (keyof typeof counts)[]) {
            expect(items.filter((item) => item.status === status).length, status).toBe(counts[status]);
          }
          expect(counts.uploading).toBe(open.size);
          expect(open.size).toBeLessThanOrEqual(parallel);
          expect(items.every((item) => item.status !== "failed" || item.reason !== null)).toBe(true);
          expect(bench.state.totalBytes).toBe(1000 * (items.length - counts.cancelled));
          // Something is always under way or planned while anything is open.
          if (counts.queued > 0 && !bench.state.paused && counts.uploading === 0) {
            expect(signing.length > 0 || items.some((item) => item.notBeforeMs > bench.nowMs) || bench.asked.some(({ type }) => type === "wake")).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
