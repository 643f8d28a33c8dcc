import { expect, it } from "vitest";
import { commandOf } from "./keyboard";
import { extendedTo, nextWhere, only, stepped, toggled } from "./selection";

it("goes on from where it was begun, either way", () => {
  expect([...extendedTo(only(3), 5).chosen]).toEqual([3, 4, 5]);
  expect([...extendedTo(extendedTo(only(3), 5), 2).chosen]).toEqual([2, 3]);
  expect([...toggled(toggled(only(1), 4), 1).chosen]).toEqual([4]);
});

it("steps in a grid and stays inside", () => {
  expect([stepped(5, "up", 4, 9), stepped(5, "down", 4, 9), stepped(0, "left", 4, 9), stepped(8, "right", 4, 9)]).toEqual([1, 5, 0, 8]);
});

it("finds the next that fits, from the beginning again at the end", () => {
  expect(nextWhere(3, 5, (place) => place === 1 || place === 4)).toBe(4);
  expect(nextWhere(4, 5, (place) => place === 1)).toBe(1);
  expect(nextWhere(2, 5, (place) => place === 2)).toBeNull();
});

it("reads keys as the shortcut sheet says", () => {
  const key = (name: string, more: object = {}) => commandOf({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  expect(key("3")).toEqual({ do: "label", place: 2 });
  expect(key("ArrowLeft", { shiftKey: true })).toEqual({ do: "move", by: "left", extend: true });
  expect([key("z", { ctrlKey: true }), key("Z", { metaKey: true, shiftKey: true }), key("r"), key("R"), key("?", { shiftKey: true })].map((each) => each?.do)).toEqual(["undo", "redo", "review", "review", "help"]);
  expect([key("c", { ctrlKey: true }), key("q"), key("1", { altKey: true })]).toEqual([null, null, null]);
});
