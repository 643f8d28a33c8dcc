import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeSample, isAlready, type DraftChange } from "#lib/domain/draft-sample";
import type { Sample } from "#lib/protocol/samples";
import { act, announced, answered, emptyState, loaded, nextBatch, notSent, replay, sent, settle, viewOf, type Entry, type LabelState } from "./label-state";

const sample = (index: number): Sample => ({
  index, key: `p/${index}.jpg`, label: null, split: null, sha256: "00", sizeBytes: 1, width: 10, height: 10, boxes: [], state: "unlabelled", dropped: false,
  labelledBy: null, labelledAtMs: null, revision: 0, suggestion: null, group: null, url: `u${index}`, thumbnailUrl: "",
});
const start = (count = 3) => loaded(emptyState, Array.from({ length: count }, (_, i) => sample(i)));
const label = (state: LabelState, index: number, text: string | null) => act(state, [{ index, fields: { label: text } }]);

/** The server's rule: lib/data/change-samples.ts. */
class Server {
  samples = new Map<number, Sample>();
  constructor(state: LabelState) {
    for (const [index, each] of state.samples) this.samples.set(index, each);
  }
  change(batch: readonly Entry[]) {
    const changed: Sample[] = [];
    const conflicts: Sample[] = [];
    for (const { index, revision, fields } of batch) {
      const now = this.samples.get(index)!;
      if (!isAlready(now, fields) && now.revision !== revision) conflicts.push(now);
      else {
        const next = isAlready(now, fields) ? now : ({ ...changeSample(now, fields), boxes: [], revision: now.revision + 1, url: "another" } as Sample);
        this.samples.set(index, next);
        changed.push(next);
      }
    }
    return { changed, conflicts };
  }
}

function exchange(state: LabelState, server: Server): LabelState {
  let next = state;
  while (next.outbox.length > 0) {
    const batch = nextBatch(next);
    next = answered(sent(next, batch), server.change(batch));
  }
  return next;
}

describe("labelling", () => {
  it("shows a change at once, sends one a sample, and keeps the picture's address", () => {
    let state = label(label(label(start(), 0, "tea"), 0, "cake"), 1, "tea");
    expect([viewOf(state, 0)?.label, viewOf(state, 0)?.state]).toEqual(["cake", "labelled"]);
    expect(nextBatch(state).map(({ index, revision, fields }) => [index, revision, fields.label])).toEqual([[0, 0, "tea"], [1, 0, "tea"]]);
    const server = new Server(state);
    state = exchange(state, server);
    expect(state.outbox).toEqual([]);
    expect(state.samples.get(0)).toMatchObject({ label: "cake", revision: 2, url: "u0" });
  });

  it("shows both labels where somebody else was first, and lets a person decide", () => {
    const server = new Server(start());
    server.change([{ index: 0, revision: 0, fields: { label: "soup" } }]);
    const state = exchange(label(start(), 0, "tea"), server);
    expect([viewOf(state, 0)?.label, state.conflicts.get(0)?.label]).toEqual(["soup", "tea"]);
    expect(settle(state, 0, "theirs").conflicts.size).toBe(0);
    const insisted = exchange(settle(state, 0, "mine"), server);
    expect([insisted.conflicts.size, server.samples.get(0)?.label]).toEqual([0, "tea"]);
  });

  it("takes it for no conflict when both wanted the same", () => {
    const server = new Server(start());
    server.change([{ index: 0, revision: 0, fields: { label: "tea" } }]);
    expect(exchange(label(start(), 0, "tea"), server).conflicts.size).toBe(0);
  });

  it("undoes and redoes, saved or not yet", () => {
    const server = new Server(start());
    for (const save of [true, false]) {
      let state = label(start(), 0, "tea");
      if (save) state = exchange(state, new Server(start()));
      const undone = replay(state, "undo");
      expect([undone.done, undone.refused, viewOf(undone.state, 0)?.label, viewOf(undone.state, 0)?.state]).toEqual([[0], [], null, "unlabelled"]);
      expect(viewOf(replay(undone.state, "redo").state, 0)?.label).toBe("tea");
    }
    expect(server.samples.get(0)?.label).toBeNull();
  });

  it("undoes nothing that somebody else changed since, and the rest of a batch all the same", () => {
    const server = new Server(start());
    let state = exchange(act(start(), [0, 1].map((index) => ({ index, fields: { label: "tea" } }))), server);
    server.change([{ index: 1, revision: 1, fields: { label: "soup" } }]);
    state = announced(state, [server.samples.get(1)!]);
    const undone = replay(state, "undo");
    expect([undone.done, undone.refused]).toEqual([[0], [1]]);
    expect(viewOf(undone.state, 1)?.label).toBe("soup");
    // Also when they put it back to what it was: it is their word now.
    server.change([{ index: 1, revision: 2, fields: { label: "tea" } }]);
    expect(replay(announced(state, [server.samples.get(1)!]), "undo").refused).toEqual([1]);
  });

  it("between two people, with lost answers and closed tabs, ends in what the server has; nothing acknowledged is overwritten unseen", () => {
    const step = fc.record({ who: fc.constantFrom(0, 1), index: fc.nat(2), label: fc.constantFrom("cake", "tea", null), then: fc.constantFrom("wait", "send", "lose-answer", "reload", "hear", "undo") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const server = new Server(start());
        const people = [start(), start()];
        const send = (who: number, lose: boolean) => {
          const batch = nextBatch(people[who]!);
          if (batch.length === 0) return;
          const before = new Map(server.samples);
          const answer = server.change(batch);
          for (const { index, revision } of batch) {
            // The server's guard: what changed had the revision that its sender saw.
            if (server.samples.get(index) !== before.get(index)) expect(before.get(index)!.revision).toBe(revision);
          }
          people[who] = lose ? notSent(sent(people[who]!, batch)) : answered(sent(people[who]!, batch), answer);
        };
        for (const { who, index, label: text, then } of steps) {
          people[who] = label(people[who]!, index, text);
          if (then === "send" || then === "lose-answer") send(who, then === "lose-answer");
          if (then === "reload") people[who] = { ...loaded(emptyState, [...server.samples.values()]), outbox: JSON.parse(JSON.stringify(people[who]!.outbox)) as Entry[] };
          if (then === "hear") people[who] = announced(people[who]!, [...server.samples.values()]);
          if (then === "undo") people[who] = replay(people[who]!, "undo").state;
        }
        for (const who of [0, 1, 0, 1]) people[who] = announced(exchange(people[who]!, server), [...server.samples.values()]);
        for (const person of people) {
          expect(person.outbox).toEqual([]);
          for (const [index, truth] of server.samples) expect([viewOf(person, index)?.label, viewOf(person, index)?.revision]).toEqual([truth.label, truth.revision]);
        }
      }),
    );
  });

  it("leaves out what is so already", () => {
    const change: DraftChange = { dropped: false };
    expect(act(start(), [{ index: 0, fields: change }])).toEqual(start());
  });
});
