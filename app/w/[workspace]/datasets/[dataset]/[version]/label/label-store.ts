import type { OperationInput } from "#lib/protocol/api";
import type { Sample, SampleFacts } from "#lib/protocol/samples";
import { ApiError, type Client } from "#lib/sdk/client";
import type { DraftChange } from "#lib/domain/draft-sample";
import { act, announced, answered, emptyState, loaded, nextBatch, notSent, refused, replay, sent, settle, viewOf, type LabelState } from "./label-state";
import type { Outbox } from "./outbox";

export type ListQuery = Omit<OperationInput<"sample.list">, "dataset" | "version" | "cursor" | "limit">;
export type SaveState = "saved" | "saving" | "offline" | "stopped";

export type Snapshot = {
  state: LabelState;
  /** the samples of the present list, as they were when it was read: what is labelled stays in its place */
  list: readonly number[];
  listEnd: boolean;
  listError: unknown;
  listLoading: boolean;
  save: SaveState;
  /** why nothing is saved any more */
  problem: unknown;
  /** when this person gave labels */
  labelledAtMs: readonly number[];
};

const pageSize = 200;
/** Nothing of the outbox can be saved after these: the version is no draft any more, or not this person's to change. */
const final = new Set(["not_a_draft", "role_too_small", "dataset_not_found", "workspace_not_found", "sign_in_needed"]);

/** The effects around LabelState: reads the list, sends the outbox, tells React. */
export class LabelStore {
  readonly #client: Client;
  readonly #version: { dataset: string; version: number };
  readonly #outbox: Outbox;
  readonly #onRefused: (error: unknown) => void;
  readonly #onSaved: () => void;
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot = { state: emptyState, list: [], listEnd: false, listError: null, listLoading: true, save: "saving", problem: null, labelledAtMs: [] };
  #query: ListQuery = {};
  #cursor: string | undefined;
  #reading = new AbortController();
  #pumping = false;
  #closed = false;
  #wake = () => {};

  constructor(options: { client: Client; dataset: string; version: number; outbox: Outbox; onRefused: (error: unknown) => void; onSaved: () => void }) {
    this.#client = options.client;
    this.#version = { dataset: options.dataset, version: options.version };
    this.#outbox = options.outbox;
    this.#onRefused = options.onRefused;
    this.#onSaved = options.onSaved;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly snapshot = (): Snapshot => this.#snapshot;

  /** What earlier pages could not send is sent now. */
  async start(): Promise<void> {
    const entries = await this.#outbox.adopt();
    if (entries.length > 0) this.#become({ ...this.#snapshot.state, outbox: [...entries, ...this.#snapshot.state.outbox] });
    window.addEventListener("online", this.#retry);
    void this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#reading.abort();
    window.removeEventListener("online", this.#retry);
    this.#wake();
    this.#outbox.close();
  }

  async open(query: ListQuery): Promise<void> {
    this.#query = query;
    this.#cursor = undefined;
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#set({ list: [], listEnd: false, listError: null, listLoading: false });
    await this.more();
  }

  /** The list's next page, if there is one. */
  async more(): Promise<void> {
    if (this.#snapshot.listLoading || this.#snapshot.listEnd) return;
    const { signal } = this.#reading;
    this.#set({ listLoading: true, listError: null });
    try {
      const page = await this.#client.call("sample.list", { ...this.#version, ...this.#query, limit: pageSize, cursor: this.#cursor }, { signal });
      if (signal.aborted) return;
      this.#cursor = page.nextCursor ?? undefined;
      const known = new Set(this.#snapshot.list);
      this.#set({
        state: loaded(this.#snapshot.state, page.items),
        list: [...this.#snapshot.list, ...page.items.map(({ index }) => index).filter((index) => !known.has(index))],
        listEnd: page.nextCursor === null, listLoading: false,
      });
    } catch (error) {
      if (!signal.aborted) this.#set({ listError: error, listLoading: false });
    }
  }

  /** Reads again what is shown: so much changed at once that nobody told it sample by sample. */
  async reread(): Promise<void> {
    const { signal } = this.#reading;
    const shown = this.#snapshot.list.length;
    const { label: _label, state: _state, disagreeing: _disagreeing, suggested: _suggested, order: _order, ...rest } = this.#query;
    try {
      let cursor: string | undefined;
      let read = 0;
      do {
        // Without the conditions that the change may have made false.
        const page = await this.#client.call("sample.list", { ...this.#version, ...rest, dropped: "any", limit: 1000, cursor }, { signal });
        this.#become(loaded(this.#snapshot.state, page.items.filter(({ index }) => this.#snapshot.state.samples.has(index)).map((sample) => this.#withOldAddresses(sample))));
        cursor = page.nextCursor ?? undefined;
        read += page.items.length;
      } while (cursor !== undefined && read < shown + 10_000 && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) this.#set({ listError: error });
    }
  }

  #withOldAddresses(sample: Sample): Sample {
    const known = this.#snapshot.state.samples.get(sample.index);
    return known ? { ...sample, url: known.url, thumbnailUrl: known.thumbnailUrl } : sample;
  }

  heard(facts: readonly SampleFacts[]): void {
    this.#become(announced(this.#snapshot.state, facts));
  }

  change(indexes: readonly number[], fields: DraftChange | ((sample: Sample) => DraftChange | null)): void {
    const { state } = this.#snapshot;
    const changes = indexes.flatMap((index) => {
      const view = viewOf(state, index);
      const wanted = !view ? null : typeof fields === "function" ? fields(view) : fields;
      return wanted ? [{ index, fields: wanted }] : [];
    });
    const next = act(state, changes);
    if (next === state) return;
    const nowMs = Date.now();
    const labels = changes.filter((change) => change.fields.label).length;
    if (labels > 0) this.#set({ labelledAtMs: [...this.#snapshot.labelledAtMs, ...Array.from({ length: labels }, () => nowMs)].slice(-2000) });
    this.#become(next);
    void this.#pump();
  }

  /** @returns the samples it was done to, and those that somebody else has changed since */
  replay(which: "undo" | "redo"): { done: number[]; refused: number[] } {
    const { state, done, refused: left } = replay(this.#snapshot.state, which);
    this.#become(state);
    void this.#pump();
    return { done, refused: left };
  }

  settle(index: number, whose: "mine" | "theirs"): void {
    this.#become(settle(this.#snapshot.state, index, whose));
    void this.#pump();
  }

  readonly #retry = (): void => this.#wake();

  async #pump(): Promise<void> {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    let failures = 0;
    let most = 500;
    while (!this.#closed) {
      const batch = nextBatch(this.#snapshot.state, most);
      if (batch.length === 0) break;
      this.#become(sent(this.#snapshot.state, batch));
      if (failures === 0) this.#set({ save: "saving" });
      try {
        const answer = await this.#client.call("sample.change", {
          ...this.#version,
          changes: batch.map(({ index, revision, fields }) => ({ index, revision: revision!, ...fields, boxes: fields.boxes && [...fields.boxes] })),
        });
        failures = 0;
        const unknown = [...answer.changed, ...answer.conflicts].filter(({ index }) => !this.#snapshot.state.samples.has(index));
        this.#become(answered(loaded(this.#snapshot.state, unknown), answer));
        this.#set({ problem: null });
        this.#onSaved();
      } catch (error) {
        this.#become(notSent(this.#snapshot.state));
        if (this.#closed) break;
        const code = error instanceof ApiError ? error.code : "";
        if (final.has(code)) {
          this.#set({ save: "stopped", problem: error });
          break;
        }
        if (!(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500) {
          this.#set({ save: "offline" });
          await this.#pause(Math.min(10_000, 500 * 2 ** failures++));
        } else if (batch.length > 1) {
          // One of them is at fault; alone each is answered for itself.
          most = 1;
        } else {
          this.#become(refused(this.#snapshot.state, batch[0]!.index));
          this.#onRefused(error);
        }
      }
    }
    this.#pumping = false;
    if (this.#snapshot.state.outbox.length === 0) this.#set({ save: "saved" });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(state: LabelState): void {
    if (state.outbox !== this.#snapshot.state.outbox) this.#outbox.keep(state.outbox);
    this.#set({ state });
  }

  #set(part: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
    for (const listener of this.#listeners) listener();
  }
}
