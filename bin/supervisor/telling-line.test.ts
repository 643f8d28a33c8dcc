import { expect, it } from "vitest";
import { tellingLine } from "./telling-line";

it("finds the error in a crash of Node among frames and its version", () => {
  const crash = [
    "listening",
    "/work/web.ts:3",
    "throw new Error('no disk left')",
    "      ^",
    "",
    "Error: no disk left",
    "    at web.ts:3:7",
    "",
    "Node.js v20.20.2",
  ];
  expect(tellingLine(crash)).toBe("Error: no disk left");
});

it("reads pino's lines", () => {
  const lines = ['{"level":50,"msg":"request failed","err":{"message":"ECONNREFUSED"}}', '{"level":30,"msg":"bye"}'];
  expect(tellingLine(lines)).toBe("request failed: ECONNREFUSED");
});

it("takes the last line where none names an error, and says nothing for silence", () => {
  expect(tellingLine(["one", "two", ""])).toBe("two");
  expect(tellingLine([])).toBeNull();
});
