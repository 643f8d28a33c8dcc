import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** What a child needs to see of a graphics card. Empty where there is none, or where the engine does not want it. */
export type Graphics = {
  /** device files */
  devices: readonly string[];
  /** groups that may open them, where not everybody may */
  groups: readonly number[];
};

export const noGraphics: Graphics = { devices: [], groups: [] };

const nvidia = /^nvidia(\d+|ctl|-uvm|-uvm-tools|-modeset)$/;
const render = /^renderD\d+$/;
/** Drivers look up in these what card a device file belongs to. */
export const graphicsFolders = ["/sys/dev/char", "/sys/devices", "/etc/vulkan", "/etc/glvnd"];
const readableByAll = 0o006;

/**
 * @param engine LATHE_ENGINE, if set: one on the CPU needs no card
 * @param folder where device files are
 */
export function findGraphics(engine: string | null, folder = "/dev"): Graphics {
  if (engine && !/cuda|webgpu|tensorflow/.test(engine)) return noGraphics;
  const list = (name: string, pattern: RegExp) => {
    try {
      return readdirSync(path.join(folder, name)).filter((file) => pattern.test(file)).map((file) => path.join(folder, name, file));
    } catch {
      return []; // no such folder: no such card
    }
  };
  const devices = [...list("", nvidia), ...list("dri", render)].sort();
  const closed = devices.map((device) => statSync(device)).filter(({ mode }) => (mode & readableByAll) !== readableByAll);
  return { devices, groups: [...new Set(closed.map(({ gid }) => gid))].filter((gid) => gid !== 0) };
}
