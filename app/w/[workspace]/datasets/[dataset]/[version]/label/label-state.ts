import { changeSample, sameBoxes, type DraftChange } from "#lib/domain/draft-sample";
import type { Sample, SampleFacts } from "#lib/protocol/samples";

/** A change on its way. `revision` is the one it builds on; null: the one that the change before it of this sample makes. */
export type Entry = { index: number; revision: number | null; fields: DraftChange };

/** Before and after of what one act changed, so that it can be taken back and done again. */
export type Step = { index: number; before: DraftChange; after: DraftChange }[];

/**
 * What a person labels. `samples` is what the server last said; the outbox lies over it until the server has acknowledged
 * it. Effects (sending, keeping the outbox) are of the hook around it.
 */
export type LabelState = {
  samples: ReadonlyMap<number, Sample>;
  /** oldest first */
  outbox: readonly Entry[];
  /** indexes of the samples whose first entry is being sent */
  sending: ReadonlySet<number>;
  /** what I wanted, where somebody else was first */
  conflicts: ReadonlyMap<number, DraftChange>;
  /** the revision that my last acknowledged change of a sample made */
  mine: ReadonlyMap<number, number>;
  undo: readonly Step[];
  redo: readonly Step[];
};

export const emptyState: LabelState = {
  samples: new Map(), outbox: [], sending: new Set(), conflicts: new Map(), mine: new Map(), undo: [], redo: [],
};

const maxUndo = 500;
const maxBatch = 500;

/** The sample as this person sees it: the server's word with what is on its way on top. */
export function viewOf(state: LabelState, index: number): Sample | undefined {
  const sample = state.samples.get(index);
  return sample && overlay(sample, state.outbox);
}

function overlay(sample: Sample, outbox: readonly Entry[]): Sample {
  let view = sample;
  for (const { index, fields } of outbox) if (index === sample.index) view = applied(view, fields);
  return view;
}

function applied(sample: Sample, fields: DraftChange): Sample {
  try {
    const { label, state, dropped, boxes } = changeSample(sample, fields);
    return { ...sample, label, state, dropped, boxes: [...boxes] };
  } catch {
    // The server will refuse it too and say why; until then nothing changes.
    return sample;
  }
}

/** Samples read from the server. Addresses of those known already stay: another one would load the picture again. */
export function loaded(state: LabelState, samples: readonly Sample[]): LabelState {
  const next = new Map(state.samples);
  for (const sample of samples) {
    const known = next.get(sample.index);
    if (!known || sample.revision >= known.revision) next.set(sample.index, sample);
  }
  return { ...state, samples: next };
}

/** Somebody's changes, mine included, as the socket tells them: the higher revision counts. */
export function announced(state: LabelState, facts: readonly SampleFacts[]): LabelState {
  const next = new Map(state.samples);
  for (const fact of facts) {
    const known = next.get(fact.index);
    if (known && fact.revision > known.revision) next.set(fact.index, { ...known, ...fact });
  }
  return { ...state, samples: next };
}

/** A person changes samples: seen at once, sent after. Those that are so already are left out. */
export function act(state: LabelState, changes: readonly { index: number; fields: DraftChange }[]): LabelState {
  const step: Step = [];
  for (const { index, fields } of changes) {
    const before = viewOf(state, index);
    if (!before) continue;
    const after = applied(before, fields);
    const keys = keysOf(fields);
    if (!isSo(before, pick(after, keys))) step.push({ index, before: pick(before, keys), after: pick(after, keys) });
  }
  if (step.length === 0) return state;
  return { ...put(state, step.map(({ index, after }) => ({ index, fields: after }))), undo: [...state.undo, step].slice(-maxUndo), redo: [] };
}

export type Replayed = { state: LabelState; /** those that somebody else has changed since: left as they are */ refused: number[]; done: number[] };

/** Takes the last act back, or (redo) does it again: a change like any other, made only where nobody else was in between. */
export function replay(state: LabelState, which: "undo" | "redo"): Replayed {
  const step = state[which].at(-1);
  if (!step) return { state, refused: [], done: [] };
  const target = which === "undo" ? "before" : "after";
  const expected = which === "undo" ? "after" : "before";
  const possible = step.filter((part) => {
    const view = viewOf(state, part.index);
    return view !== undefined && isSo(view, part[expected]) && isMine(state, part.index);
  });
  const next = put(state, possible.map((part) => ({ index: part.index, fields: part[target] })));
  const other = which === "undo" ? "redo" : "undo";
  return {
    state: { ...next, [which]: state[which].slice(0, -1), [other]: possible.length > 0 ? [...state[other], possible] : state[other] },
    refused: step.filter((part) => !possible.includes(part)).map(({ index }) => index),
    done: possible.map(({ index }) => index),
  };
}

function isMine(state: LabelState, index: number): boolean {
  return state.outbox.some((entry) => entry.index === index) || state.samples.get(index)?.revision === state.mine.get(index);
}

function put(state: LabelState, changes: readonly { index: number; fields: DraftChange }[]): LabelState {
  const waiting = new Set(state.outbox.map(({ index }) => index));
  const entries = changes.map(({ index, fields }): Entry => ({ index, fields, revision: waiting.has(index) ? null : (state.samples.get(index)?.revision ?? 0) }));
  return { ...state, outbox: [...state.outbox, ...entries] };
}

/** What to send now: the first entry of each sample, so that each builds on an acknowledged revision. */
export function nextBatch(state: LabelState, most = maxBatch): Entry[] {
  const batch = new Map<number, Entry>();
  for (const entry of state.outbox) {
    if (batch.size >= most) break;
    if (!batch.has(entry.index)) batch.set(entry.index, entry);
  }
  return [...batch.values()].map((entry) => ({ ...entry, revision: entry.revision ?? state.samples.get(entry.index)?.revision ?? 0 }));
}

export function sent(state: LabelState, batch: readonly Entry[]): LabelState {
  return { ...state, sending: new Set(batch.map(({ index }) => index)) };
}

export function notSent(state: LabelState): LabelState {
  return { ...state, sending: new Set() };
}

/** The server's answer to what was sent. Where somebody else was first, what I wanted waits for my decision. */
export function answered(state: LabelState, answer: { changed: readonly Sample[]; conflicts: readonly Sample[] }): LabelState {
  const changed = new Map(answer.changed.map((sample) => [sample.index, sample]));
  const conflicting = new Map(answer.conflicts.map((sample) => [sample.index, sample]));
  const conflicts = new Map(state.conflicts);
  const first = new Set<number>();
  const outbox: Entry[] = [];
  for (const entry of state.outbox) {
    const { index } = entry;
    if (conflicting.has(index)) conflicts.set(index, { ...conflicts.get(index), ...entry.fields });
    else if (changed.has(index) && !first.has(index)) first.add(index);
    else if (changed.has(index) && entry.revision === null && !outbox.some((other) => other.index === index)) outbox.push({ ...entry, revision: changed.get(index)!.revision });
    else outbox.push(entry);
  }
  const mine = new Map(state.mine);
  for (const { index, revision } of answer.changed) mine.set(index, revision);
  const known = announced({ ...state, outbox, conflicts, mine, sending: new Set() }, [...answer.changed, ...answer.conflicts].map(withoutAddresses(state)));
  // What both wanted is no conflict.
  for (const [index, fields] of conflicts) if (conflicting.has(index) && isSo(conflicting.get(index)!, fields)) conflicts.delete(index);
  return known;
}

/** A refused change is given up; whatever was to follow it of the same sample goes too. */
export function refused(state: LabelState, index: number): LabelState {
  return { ...state, outbox: state.outbox.filter((entry) => entry.index !== index), sending: new Set() };
}

/** I insist (`mine`: a change on top of theirs) or give way. */
export function settle(state: LabelState, index: number, whose: "mine" | "theirs"): LabelState {
  const fields = state.conflicts.get(index);
  if (!fields) return state;
  const conflicts = new Map(state.conflicts);
  conflicts.delete(index);
  const without = { ...state, conflicts };
  return whose === "mine" ? act(without, [{ index, fields }]) : without;
}

function withoutAddresses(state: LabelState) {
  return (sample: Sample): Sample => {
    const known = state.samples.get(sample.index);
    return known ? { ...sample, url: known.url, thumbnailUrl: known.thumbnailUrl } : sample;
  };
}

type Key = "label" | "state" | "dropped" | "boxes";

/** A label carries its state with it; boxes may. */
function keysOf(fields: DraftChange): Key[] {
  const keys = new Set(Object.keys(fields) as Key[]);
  if (keys.has("label") || keys.has("boxes")) keys.add("state");
  return [...keys];
}

function pick(sample: Sample, keys: readonly Key[]): DraftChange {
  return Object.fromEntries(keys.map((key) => [key, sample[key]]));
}

function isSo(sample: Sample, fields: DraftChange): boolean {
  return (Object.keys(fields) as Key[]).every((key) =>
    key === "boxes" ? sameBoxes(sample.boxes, fields.boxes ?? []) : fields[key] === undefined || sample[key] === fields[key],
  );
}
