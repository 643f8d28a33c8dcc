import { beforeEach, describe, expect, it } from "vitest";
import type { Files } from "./files";
import { Room } from "./room";

const GiB = 1024 ** 3;
const full = expect.objectContaining({ code: "InsufficientStorage" });

let freeBytes: number;
let asked: number;
let nowMs: number;
let room: Room;
beforeEach(() => {
  asked = 0;
  nowMs = 0;
  const statfs = (async () => (asked++, { bavail: freeBytes, bsize: 1 })) as unknown as Files["statfs"];
  room = new Room({ statfs }, "/store", GiB, () => nowMs);
});

describe("room on the disk", () => {
  it("is asked for once in a while where there is plenty, and what was let in counts", async () => {
    freeBytes = 100 * GiB;
    for (let i = 0; i < 50; i++) await room.require(1000);
    expect(asked).toBe(1);
    nowMs = 1001;
    await room.require(1000);
    expect(asked).toBe(2);
    await room.require(98 * GiB);
    expect(asked).toBe(3);
  });

  it("is asked for each time where it is tight, so that nothing is let in on an old figure", async () => {
    freeBytes = 2 * GiB;
    await room.require(1000);
    freeBytes = GiB + 999;
    await expect(room.require(1000)).rejects.toEqual(full);
    freeBytes = GiB + 1000;
    await room.require(1000);
    expect(asked).toBe(3);
  });
});
