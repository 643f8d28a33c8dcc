import { describe, expect, it } from "vitest";
import { BufferPool } from "./buffer-pool";
import type { CompiledGraph } from "./compile";
import { EngineError } from "./engine-error";
import { expectRoom } from "./memory-limit";
import type { Native } from "./native";
import { Plan } from "./plan";
import { providers } from "./providers/provider";

const gib = 2 ** 30;

describe("room for a value", () => {
  it("is refused where the system and the engine's own buffers have less, in words", () => {
    const ask = (bytes: number, reusable: number) => expectRoom(bytes, reusable, () => "MatMul's float32 [3, 3]", () => 3 * gib);
    expect(() => ask(4 * gib, 0)).toThrow(EngineError);
    expect(() => ask(4 * gib, 0)).toThrow(
      "There is no room for MatMul's float32 [3, 3]: 3.0 GiB of memory are free. Use smaller shapes or batches, or dispose tensors that are no longer needed.",
    );
    expect(() => ask(4 * gib, gib)).not.toThrow();
  });

  it("is not asked for what is small", () => {
    expect(() => expectRoom(1000, 0, () => "", () => expect.fail("asked"))).not.toThrow();
  });
});

describe("an allocation that fails", () => {
  const compiled: CompiledGraph = {
    model: new Uint8Array(1),
    inputs: [],
    scalars: [],
    outputs: [],
    estimatedBytes: 0,
    largest: { operation: "Binary", attributes: { function: "Add" }, shape: [1024, 1024, 256], dtype: "float32" },
  };
  const failing = (work: "loadModel" | "run", message: string): Native => {
    const fail = () => {
      throw new Error(message);
    };
    class Session {
      loadModel = work === "loadModel" ? fail : () => {};
      run = () => ({});
      dispose = () => {};
    }
    return { Session, Tensor: class {} as unknown as Native["Tensor"], runInPlace: fail };
  };
  const options = { threads: 1, spinning: false, provider: providers.cpu };
  const run = (native: Native) => new Plan(native, compiled, options, null).run({ order: [], roots: [], structure: new Int32Array() }, new BufferPool(0));

  it.each([
    { work: "run", message: "std::bad_alloc" },
    { work: "run", message: "Non-zero status code returned while running Add node. Failed to allocate memory for requested buffer of size 1073741824" },
    { work: "loadModel", message: "std::bad_alloc" },
  ] as const)("in $work names the largest value: $message", ({ work, message }) => {
    expect(() => run(failing(work, message))).toThrow(EngineError);
    expect(() => run(failing(work, message))).toThrow(
      "Memory ran out in a graph, whose largest value is Add's float32 [1024, 1024, 256] (1.0 GiB). Use smaller shapes or batches, or dispose tensors that are no longer needed.",
    );
  });

  it("is the only failure that is put in other words", () => {
    expect(() => run(failing("run", "indices element out of data bounds"))).toThrow(/^indices element out of data bounds$/);
  });
});
