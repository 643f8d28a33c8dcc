import { expect, it } from "vitest";
import { curlLine, fetchCode, predictUrl } from "./call-lines";

const url = "http://127.0.0.1:3000/serve/local/menu";

it("writes a curl line a shell takes as it is", () => {
  expect(predictUrl(url, "menu")).toBe("http://127.0.0.1:3000/serve/local/menu/v2/models/menu/predict");
  expect(curlLine(url, "menu", null)).toBe(
    `curl --data-binary @photo.jpg \\\n  -H 'content-type: image/jpeg' \\\n  -H "authorization: Bearer $LATHE_TOKEN" \\\n  http://127.0.0.1:3000/serve/local/menu/v2/models/menu/predict`,
  );
  expect(curlLine(url, "menu", "lk_abc")).toContain(`-H "authorization: Bearer lk_abc"`);
});

it("puts the key into the code only when there is one", () => {
  expect(fetchCode(url, "menu", null)).toContain("`Bearer ${process.env.LATHE_TOKEN}`");
  expect(fetchCode(url, "menu", "lk_abc")).toContain('`Bearer ${"lk_abc"}`');
});
