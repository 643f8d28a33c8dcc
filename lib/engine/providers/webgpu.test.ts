import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const program = fileURLToPath(new URL("webgpu-check.ts", import.meta.url));

type Report = {
  /** of ones, as many as the place says */
  sums: number[];
  reason: string;
  /** relative distances to the cpu backend */
  distances: Record<string, number[]>;
  steps: { builds: number; flushes: number; downloads: number; uploadedBytes: number; grownBytes: number; tensors: number };
};

async function check(): Promise<Report> {
  // Its Vulkan loader lies beside the driver.
  const env = { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: path.dirname(driver) };
  // Fails unless it ends with 0: what is left on the device must not crash it on its way out.
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), program], { env, timeout: 110_000 });
  return JSON.parse(stdout) as Report;
}

/** SwiftShader, a Vulkan driver that computes on the CPU, comes with Debian's chromium. */
describe.skipIf(!existsSync(driver))(`WebGPU (skipped without ${driver}: apt install chromium)`, () => {
  it("computes and trains as the cpu backend does, and keeps weights and momenta on the device", { timeout: 120_000 }, async () => {
    const { sums, reason, distances, steps } = await check();
    expect(reason).toBe("onnxruntime:webgpu, as asked");
    for (const [name, found] of Object.entries(distances)) {
      expect(found.length).toBeGreaterThan(0);
      // SwiftShader's exponentials are good to 1e-6; nets add some of it up.
      found.forEach((distance, place) => expect(distance, `${name} ${place}`).toBeLessThan(2e-5));
    }
    expect(sums).toEqual(sums.map((_, place) => place + 1));
    // A batch of 2 × 512 float32 goes up each step; a megabyte of weights, as much of momenta, and the loss do not move.
    expect(steps).toMatchObject({ builds: 0, flushes: 60, downloads: 0, uploadedBytes: 60 * 2 * 512 * 4, tensors: 0 });
    expect(steps.grownBytes).toBeLessThan(40e6); // 60 steps that forgot theirs would have left 120 MB
  });
});
