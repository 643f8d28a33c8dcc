import { crc32 } from "../body/crc";
import type { Change } from "../entries";

/**
 * How a segment is laid out: a head of 16 bytes, `LATHESEG` and its mark, then records, each `mark, batch, lengths, CRC-32
 * of change and body, CRC-32 of this head`, the body's bytes, the change as JSON. The mark is drawn by chance for each
 * segment, so that no uploaded bytes can be taken for a record.
 */
export const segmentHeadBytes = 16;
export const recordHeadBytes = 34;
export const markBytes = 8;
const magic = Buffer.from("LATHESEG");

export function segmentHead(mark: Buffer): Buffer {
  return Buffer.concat([magic, mark]);
}

/** @returns the mark, or null where this is no segment's head */
export function markOf(head: Buffer): Buffer | null {
  return head.length === segmentHeadBytes && head.subarray(0, 8).equals(magic) ? head.subarray(8) : null;
}

export type RecordHead = { batch: number; changeBytes: number; bodyBytes: number; changeCrc: number; bodyCrc: number };

export function writeRecord(mark: Buffer, batch: number, change: Change, body: Buffer | null): Buffer[] {
  const text = Buffer.from(JSON.stringify(change));
  const head = Buffer.allocUnsafe(recordHeadBytes);
  mark.copy(head);
  head.writeUIntBE(batch, 8, 6);
  head.writeUInt32BE(text.length, 14);
  head.writeUInt32BE(body?.length ?? 0, 18);
  head.writeUInt32BE(crc32(text), 22);
  head.writeUInt32BE(body ? crc32(body) : 0, 26);
  head.writeUInt32BE(crc32(head.subarray(0, 30)), 30);
  return body ? [head, body, text] : [head, text];
}

export function readRecordHead(mark: Buffer, head: Buffer): RecordHead | null {
  if (head.length < recordHeadBytes || head.compare(mark, 0, markBytes, 0, markBytes) !== 0) return null;
  if (crc32(head.subarray(0, 30)) !== head.readUInt32BE(30)) return null;
  return {
    batch: head.readUIntBE(8, 6),
    changeBytes: head.readUInt32BE(14),
    bodyBytes: head.readUInt32BE(18),
    changeCrc: head.readUInt32BE(22),
    bodyCrc: head.readUInt32BE(26),
  };
}

/** @param rest what follows the head: body, then change */
export function readChange(head: RecordHead, rest: Buffer): Change | null {
  const body = rest.subarray(0, head.bodyBytes);
  const text = rest.subarray(head.bodyBytes, head.bodyBytes + head.changeBytes);
  if (text.length !== head.changeBytes || crc32(text) !== head.changeCrc || (body.length > 0 && crc32(body) !== head.bodyCrc)) return null;
  return JSON.parse(text.toString("utf8")) as Change;
}
