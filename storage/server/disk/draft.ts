import { looseRow, placeInSegment, segmentRow } from "./rows";
import type { Blob } from "../entries";
import type { OrderedRows, RowChange } from "./ordered-rows";

/** Changes to rows that are being put together: they are read back before they are written, and written at once. */
export class Draft {
  readonly #rows = new Map<string, string | null>();
  #freed: string[] = [];

  constructor(private readonly rows: OrderedRows) {}

  get(row: string): string | undefined {
    const drafted = this.#rows.get(row);
    return drafted === undefined ? this.rows.get(row) : (drafted ?? undefined);
  }

  set(row: string, value: string | null): void {
    this.#rows.set(row, value);
  }

  /** Something refers to these now. */
  hold(blobs: readonly Blob[]): void {
    for (const { id, sizeBytes } of blobs) {
      const place = placeInSegment(id);
      if (place) this.#count(place.segment, sizeBytes);
      else this.set(looseRow(id), null);
    }
  }

  /** Nothing refers to these any more. */
  free(blobs: readonly Blob[]): void {
    for (const { id, sizeBytes } of blobs) {
      const place = placeInSegment(id);
      if (place) this.#count(place.segment, -sizeBytes);
      else {
        this.set(looseRow(id), "");
        this.#freed.push(id);
      }
    }
  }

  /** Something else refers to these from now on, or has for long. */
  letGo(blobs: readonly Blob[]): void {
    for (const { id, sizeBytes } of blobs) {
      const place = placeInSegment(id);
      if (place) this.#count(place.segment, -sizeBytes);
    }
  }

  /** Files freed since it was last asked. */
  takeFreed(): string[] {
    return this.#freed.splice(0);
  }

  get changes(): RowChange[] {
    return [...this.#rows].map(([row, value]) => ({ row, value }));
  }

  #count(segment: string, bytes: number): void {
    const row = segmentRow(segment);
    this.set(row, String(Number(this.get(row) ?? 0) + bytes));
  }
}
