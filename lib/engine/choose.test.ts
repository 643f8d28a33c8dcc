import { afterEach, describe, expect, it, vi } from "vitest";
import { chooseEngine, type Finders, type Finding } from "./choose";
import { EngineError } from "./engine-error";
import { findersOf } from "./find-engines";
import { startEngine } from "./index";

const absent = (why: string): Finding => ({ found: false, why, nextStep: `Bring ${why}.` });
const nothing: Finders = {
  "onnxruntime:cuda": () => absent("no ONNX Runtime"),
  "onnxruntime:webgpu": () => absent("no ONNX Runtime"),
  "onnxruntime:cpu": () => absent("no ONNX Runtime"),
  tensorflow: () => absent("no libtensorflow"),
  wasm: () => absent("no WebAssembly"),
};
const present = () => ({ found: true }) as const;

describe("choosing an engine", () => {
  it("takes the best that is found, and says why not a better one", async () => {
    const everything = Object.fromEntries(Object.keys(nothing).map((name) => [name, present])) as unknown as Finders;
    expect(await chooseEngine(undefined, everything)).toEqual({ name: "onnxruntime:cuda", why: "the fastest that runs here" });
    expect(await chooseEngine("", { ...nothing, "onnxruntime:cuda": () => absent("no card"), "onnxruntime:webgpu": present })).toEqual({
      name: "onnxruntime:webgpu",
      why: "the fastest that runs here (cuda: no card)",
    });
    expect(await chooseEngine(undefined, { ...nothing, wasm: present })).toEqual({
      name: "wasm",
      why: "the fastest that runs here (cuda, webgpu, cpu: no ONNX Runtime; tensorflow: no libtensorflow)",
    });
    expect(await chooseEngine(undefined, nothing)).toMatchObject({ name: "cpu", why: expect.stringMatching(/^TensorFlow.js in plain JavaScript, slow, because nothing better runs here \(cuda, /) });
  });

  it("stays one line of bounded length", async () => {
    const { why } = await chooseEngine(undefined, { ...nothing, "onnxruntime:cuda": () => absent("x".repeat(5_000)), "onnxruntime:cpu": present });
    expect(why.length).toBeLessThan(400);
    expect(why).toContain("x…; webgpu:");
  });

  it("looks no further than the first that is found", async () => {
    const later = vi.fn(present);
    await chooseEngine(undefined, { ...nothing, "onnxruntime:cpu": present, tensorflow: later, wasm: later });
    expect(later).not.toHaveBeenCalled();
  });

  it("takes what was asked for, better or not, and looks for it harder", async () => {
    const look = vi.fn(present);
    expect(await chooseEngine("wasm", { ...nothing, "onnxruntime:cuda": present, wasm: look })).toEqual({ name: "wasm", why: "as asked" });
    expect(look).toHaveBeenCalledWith(true);
    expect((await chooseEngine("cpu", nothing)).name).toBe("cpu");
  });

  it("fails with the thing, the reason and the next step when what was asked for is absent", async () => {
    const choice = chooseEngine("tensorflow", nothing);
    await expect(choice).rejects.toThrow(EngineError);
    await expect(choice).rejects.toThrow(
      "The engine tensorflow was asked for, but no libtensorflow. Bring no libtensorflow. Or unset LATHE_ENGINE for the best that runs here.",
    );
  });

  it("names the allowed values when asked for none of them", async () => {
    await expect(chooseEngine("onnxruntime:abacus", nothing)).rejects.toThrow(
      'There is no engine "onnxruntime:abacus". LATHE_ENGINE may be "onnxruntime:cuda", "onnxruntime:webgpu", "onnxruntime:cpu", "tensorflow", "wasm", "cpu", or unset.',
    );
  });

  it("passes over all of ONNX Runtime where its binary does not load", async () => {
    const finders = findersOf(() => {
      throw new Error("libonnxruntime.so.1: cannot open shared object file\nRequire stack: …");
    });
    expect(await chooseEngine(undefined, finders)).toMatchObject({
      name: "wasm",
      why: expect.stringMatching(/cuda, webgpu, cpu: ONNX Runtime does not load: libonnxruntime\.so\.1: cannot open shared object file; tensorflow: /),
    });
    await expect(chooseEngine("onnxruntime:cpu", finders)).rejects.toThrow(/was asked for, but ONNX Runtime does not load: libonnxruntime/);
  });
});

describe("starting on this machine", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is quick where there is no better device", async () => {
    vi.stubEnv("LATHE_ENGINE", "");
    const started = performance.now();
    await startEngine({ threads: 1 });
    // A child process that tries a device takes 0.2 s and more, loading the binary itself about 0.05.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("says of a forced engine that is not there what to do", async () => {
    vi.stubEnv("LATHE_ENGINE", "onnxruntime:abacus");
    await expect(startEngine()).rejects.toThrow(/There is no engine/);
  });
});
