import { existsSync, readdirSync } from "node:fs";
import type { Finding } from "../choose";
import { probeProviders, type Probe } from "./probe";
import { providers } from "./provider";

/** What decides, so that a test can say what the machine is like. */
export type Machine = {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  /** the kernel's graphics devices; on Linux only */
  devices: () => readonly string[];
  /** whether an adapter answers at all */
  answers: () => Promise<Probe>;
  /** the same products on the graphics card and on the CPU, in this order */
  compare: () => Promise<Probe>;
};

/** Vulkan drivers that compute on the CPU, slower than ONNX Runtime does itself. */
const software = /swiftshader|lavapipe|lvp_icd/i;
const driverVariables = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"];
/** A training step is more than products: a card must be well ahead in these to be ahead in all. */
const advantage = 2;

const install = "It needs a graphics card with its Vulkan driver and libvulkan.so.1 (Debian: `apt install libvulkan1`), Metal or Direct3D 12.";

/**
 * WebGPU is chosen for a hardware adapter only. ONNX Runtime does not tell what its adapter is, so three things have to
 * come together: no software driver is asked for, the kernel has a graphics device, and products are faster there.
 *
 * @param forced any adapter that answers will do, a slow one too
 */
export async function findWebGpu(forced: boolean, machine: Machine = thisMachine): Promise<Finding> {
  if (forced) {
    const tried = await machine.answers();
    return "ms" in tried ? { found: true } : { found: false, why: `WebGPU does not work here: ${tried.error}`, nextStep: install };
  }
  const driver = driverVariables.find((name) => software.test(machine.env[name] ?? ""));
  if (driver) return { found: false, why: `${driver} names a driver that computes on the CPU`, nextStep: `Unset ${driver}.` };
  if (machine.platform === "linux" && machine.devices().length === 0) return { found: false, why: "no graphics card", nextStep: install };
  const compared = await machine.compare();
  if ("error" in compared) return { found: false, why: compared.error, nextStep: install };
  const [card, cpu] = compared.ms as [number, number];
  if (card * advantage < cpu) return { found: true };
  return {
    found: false,
    why: `the adapter is not ${advantage} times as fast as the CPU (${card.toFixed(1)} against ${cpu.toFixed(1)} ms)`,
    nextStep: "LATHE_ENGINE=onnxruntime:webgpu takes it all the same.",
  };
}

const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  devices: () => [
    ...renderDevices(),
    ...["/dev/nvidiactl", "/dev/dxg"].filter((name) => existsSync(name)),
  ],
  answers: () => probeProviders([providers.webgpu], { side: 16, products: 1 }),
  compare: () => probeProviders([providers.webgpu, providers.cpu], { side: 1024, products: 4 }),
};

function renderDevices(): string[] {
  try {
    return readdirSync("/dev/dri").filter((name) => name.startsWith("renderD"));
  } catch {
    return []; // no such folder, or one that this process may not look into: no card for it
  }
}
