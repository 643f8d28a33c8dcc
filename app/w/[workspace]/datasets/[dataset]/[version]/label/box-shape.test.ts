import fc from "fast-check";
import { expect, it } from "vitest";
import type { Box } from "#lib/domain/dataset";
import { handles, moved, resized, tidied } from "./box-shape";
import { fitted, placeOf, zoomed } from "./zoom";

const share = fc.double({ min: -1, max: 2, noNaN: true });
const step = fc.double({ min: -2, max: 2, noNaN: true });
const inside = ({ left, top, right, bottom }: Box) => 0 <= left && left < right && right <= 1 && 0 <= top && top < bottom && bottom <= 1;

it("keeps a box in the picture and with an area, however it is drawn, moved or resized", () => {
  fc.assert(
    fc.property(share, share, share, share, step, step, fc.constantFrom(...handles), (left, top, right, bottom, dx, dy, handle) => {
      const box = tidied({ label: "cup", left, top, right, bottom });
      expect(inside(box)).toBe(true);
      const there = moved(box, dx, dy);
      expect(inside(there)).toBe(true);
      expect(there.right - there.left).toBeCloseTo(box.right - box.left, 5);
      expect(inside(resized(box, handle, dx, dy))).toBe(true);
    }),
  );
});

it("zooms around the point that the pointer is on", () => {
  const stage = { width: 400, height: 300 };
  const picture = { width: 200, height: 100 };
  expect(placeOf(picture, stage, fitted)).toEqual({ left: 0, top: 50, width: 400, height: 200 });
  const around = { x: 100, y: 100 };
  const before = placeOf(picture, stage, fitted);
  const after = placeOf(picture, stage, zoomed(fitted, 2, stage, around));
  expect((around.x - after.left) / after.width).toBeCloseTo((around.x - before.left) / before.width);
  expect((around.y - after.top) / after.height).toBeCloseTo((around.y - before.top) / before.height);
  expect(zoomed(zoomed(fitted, 2, stage, around), 0.1, stage)).toEqual(fitted);
});
