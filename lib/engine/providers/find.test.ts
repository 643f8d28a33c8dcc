import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askChild } from "./ask-child";
import { findCuda } from "./find-cuda";
import { findWebGpu, type Machine } from "./find-webgpu";
import { probeProviders } from "./probe";
import { providerOf, providers } from "./provider";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lathe-providers-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("CUDA", () => {
  const libraries = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];
  const probe = vi.fn();
  afterEach(() => {
    probe.mockReset();
  });

  it("is not tried where a library is missing, which it names with its place and how to get it", async () => {
    await writeFile(path.join(folder, libraries[0]!), "");
    expect(await findCuda(folder, probe)).toEqual({
      found: false,
      why: "its provider libraries are not installed",
      nextStep: `libonnxruntime_providers_cuda.so must lie in ${folder}; \`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node\` fetches them.`,
    });
    expect(probe).not.toHaveBeenCalled();
  });

  it("is found where the libraries lie and a product comes out right", async () => {
    for (const library of libraries) await writeFile(path.join(folder, library), "");
    probe.mockResolvedValueOnce({ ms: [0.1] });
    expect(await findCuda(folder, probe)).toEqual({ found: true });
    probe.mockResolvedValueOnce({ error: "libcudnn.so.9: cannot open shared object file" });
    expect(await findCuda(folder, probe)).toMatchObject({ found: false, why: "its provider does not load: libcudnn.so.9: cannot open shared object file" });
  });

  it("gets its device's number in the way the binding reads it", () => {
    expect(providerOf("onnxruntime:cuda").sessionProviders).toEqual([{ name: "cuda", deviceId: 0 }, "cpu"]);
    expect(() => providerOf("tensorflow")).toThrow(/no engine of ONNX Runtime's/);
  });
});

describe("WebGPU", () => {
  const machine = (more: Partial<Machine>): Machine => ({
    platform: "linux",
    env: {},
    devices: () => ["renderD128"],
    answers: async () => ({ ms: [1] }),
    compare: async () => ({ ms: [1, 50] }),
    ...more,
  });

  it("is found where a card is well ahead of the CPU", async () => {
    expect(await findWebGpu(false, machine({}))).toEqual({ found: true });
    expect(await findWebGpu(false, machine({ compare: async () => ({ ms: [30, 50] }) }))).toMatchObject({ found: false, why: expect.stringMatching(/30\.0 against 50\.0 ms/) });
  });

  it("is not even tried without a graphics device, nor with a driver that computes on the CPU", async () => {
    const compare = vi.fn();
    expect(await findWebGpu(false, machine({ devices: () => [], compare }))).toMatchObject({ found: false, why: "no graphics card" });
    const env = { VK_ICD_FILENAMES: "/usr/lib/chromium/vk_swiftshader_icd.json" };
    expect(await findWebGpu(false, machine({ env, compare }))).toMatchObject({ found: false, why: "VK_ICD_FILENAMES names a driver that computes on the CPU" });
    expect(compare).not.toHaveBeenCalled();
  });

  it("may be forced onto any adapter that answers", async () => {
    expect(await findWebGpu(true, machine({ devices: () => [] }))).toEqual({ found: true });
    const none = machine({ answers: async () => ({ error: "Failed to get a WebGPU adapter: No supported adapters" }) });
    expect(await findWebGpu(true, none)).toMatchObject({ found: false, why: "WebGPU does not work here: Failed to get a WebGPU adapter: No supported adapters" });
  });
});

describe("probing in a child process", () => {
  it("measures a provider that works", async () => {
    const probe = await probeProviders([providers.cpu], { side: 16, products: 2 });
    expect(probe).toEqual({ ms: [expect.any(Number)] });
  });

  it("gives the reason of one that does not", async () => {
    const strange = { ...providers.cpu, sessionProviders: ["abacus"] };
    expect(await probeProviders([strange], { side: 16, products: 1 })).toEqual({ error: expect.stringContaining("abacus") });
  });

  const says = async (code: string, mostMs?: number) => {
    const program = path.join(folder, "child.mjs");
    await writeFile(program, code);
    return askChild(program, [], "", mostMs);
  };

  it("survives a child that aborts, ends silently or never ends", async () => {
    expect(await says("process.abort();")).toEqual({ error: "trying it ended the process that tried (SIGABRT)" });
    expect(await says("process.exit(3);")).toEqual({ error: "trying it ended the process that tried (3)" });
    expect(await says("setInterval(() => {}, 1000);", 300)).toEqual({ error: "trying it took more than 0.3 s" });
    expect(await says('console.log("a driver\'s chatter");\nconsole.log(\'{"ms": [1]}\');\nprocess.abort();')).toEqual({ ms: [1] });
  });
});
