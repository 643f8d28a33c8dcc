import { expect, it } from "vitest";
import { spellDuration } from "./spell-duration";

it.each([
  [450, "0.5 s", "0.5 秒"],
  [9_960, "10 s", "10 秒"],
  [59_600, "1 min", "1 分"],
  [93_000, "1 min 33 s", "1 分 33 秒"],
  [7_380_000, "2 h 3 min", "2 小时 3 分"],
  [3_599_700, "1 h", "1 小时"],
  [-5, "0.0 s", "0.0 秒"],
])("%d ms", (ms, english, chinese) => {
  expect(spellDuration(ms, "en")).toBe(english);
  expect(spellDuration(ms, "zh-CN")).toBe(chinese);
});
