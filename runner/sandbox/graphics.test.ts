import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findGraphics, noGraphics } from "./graphics";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lathe-dev-"));
  mkdirSync(path.join(folder, "dri"));
  for (const name of ["nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-caps", "null", "dri/renderD128", "dri/card0"]) {
    writeFileSync(path.join(folder, name), "");
    chmodSync(path.join(folder, name), name.startsWith("dri") ? 0o660 : 0o666);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it("finds the files that compute, not the screens, and the group where not everybody may open them", () => {
  const { devices, groups } = findGraphics(null, folder);
  expect(devices.map((device) => path.relative(folder, device))).toEqual(["dri/renderD128", "nvidia-uvm", "nvidia0", "nvidiactl"]);
  const { gid } = statSync(path.join(folder, "dri/renderD128"));
  expect(groups).toEqual(gid === 0 ? [] : [gid]);
});

it("shows no card to an engine on the CPU, and none where there is none", () => {
  expect(findGraphics("onnxruntime:cpu", folder)).toEqual(noGraphics);
  expect(findGraphics(null, path.join(folder, "missing"))).toEqual(noGraphics);
});
