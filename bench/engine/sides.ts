import { fileURLToPath } from "node:url";
import { Peer, PeerError } from "../peer";
import { pythonsWithTorch, slowProducts } from "./pythons";

/** Somebody who does the work: we, or a reference. */
export type Side = {
  name: string;
  kind: "ours" | "pytorch" | "wasm";
  /** each case in a process of its own, so that its peak memory is the case's */
  start: () => Promise<Peer>;
};

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const worker = (engine: string, threads: number) => Peer.start(process.execPath, ["--import", "tsx", pathOf("worker.ts"), engine, `${threads}`]);

export function ourSide(threads: number): Side {
  return { name: "onnxruntime:cpu", kind: "ours", start: () => worker("onnxruntime:cpu", threads) };
}

/** A reference for every PyTorch that this machine has, and one more where it should compile and can. */
export async function torchSides(threads: number, compile: boolean, note: (line: string) => void): Promise<Side[]> {
  const pythons = await pythonsWithTorch();
  if (pythons.length === 0) note("skipped: PyTorch is not installed here. `apt install python3-torch`, or LATHE_BENCH_PYTHON=a Python that imports torch.");
  if (compile && pythons.length > 0 && !pythons.some(({ compiles }) => compiles)) note("skipped: no PyTorch here has torch.compile, which came with 2.0.");
  for (const warning of pythons.map(slowProducts)) if (warning) note(warning);
  return pythons.flatMap(({ executable, version, compiles }) => {
    const side = (name: string, ...words: string[]): Side => ({
      name: `PyTorch ${version}${name}`,
      kind: "pytorch",
      start: () => Peer.start(executable, ["-B", pathOf("reference.py"), `${threads}`, ...words]),
    });
    return compile && compiles ? [side(""), side(" compiled", "compile")] : [side("")];
  });
}

/** TensorFlow.js' own wasm backend, where the engine starts it. */
export async function wasmSides(threads: number, note: (line: string) => void): Promise<Side[]> {
  const start = () => worker("wasm", threads);
  try {
    const peer = await start();
    peer.stop();
    return [{ name: "tfjs wasm", kind: "wasm", start }];
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    note(`skipped: the engine "wasm" does not start here. ${error.message}`);
    return [];
  }
}
