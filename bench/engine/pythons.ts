import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { promisify } from "node:util";

export type Python = {
  executable: string;
  /** of its PyTorch */
  version: string;
  /** where its PyTorch lies: two names of the same one are one */
  torch: string;
  /** whether its PyTorch has torch.compile */
  compiles: boolean;
  /** how fast one thread multiplies two small matrices, roughly */
  productGigaflops: number;
};

/** Below this, PyTorch multiplies matrices with a BLAS that nobody who wants speed has. */
const slowGigaflops = 15;

const question = `
import json, sys, time, torch
torch.set_num_threads(1)
a = torch.ones(384, 384)
seconds = []
for _ in range(8):
    started = time.perf_counter()
    a @ a
    seconds.append(time.perf_counter() - started)
print(json.dumps({
    "executable": sys.executable, "version": torch.__version__, "torch": torch.__file__,
    "compiles": hasattr(torch, "compile"), "productGigaflops": 2 * 384**3 / min(seconds) / 1e9,
}))
`;

/** Every PyTorch that a Python of this machine imports: of the path, of the system, and the one that LATHE_BENCH_PYTHON names. */
export async function pythonsWithTorch(named = process.env.LATHE_BENCH_PYTHON): Promise<Python[]> {
  const commands = ["python3", "/usr/bin/python3", ...(named ? [named] : [])];
  const found: (Python | null)[] = [];
  for (const command of commands) found.push(await ask(command)); // one by one: each measures its products
  if (named && !found.at(-1)) throw new Error(`LATHE_BENCH_PYTHON=${named} does not import torch. Name a Python that does, or unset it.`);
  return distinct(found.filter((python) => python !== null));
}

export function distinct(pythons: readonly Python[]): Python[] {
  return [...new Map(pythons.map((python) => [python.torch, python])).values()];
}

/** Debian's python3-torch comes with the plain reference BLAS: a poor opponent where products count (mlp, lstm). */
export function slowProducts({ version, productGigaflops }: Python): string | null {
  if (productGigaflops >= slowGigaflops) return null;
  const figure = productGigaflops.toFixed(0);
  return `PyTorch ${version} multiplies matrices at ${figure} GFLOP/s a thread here, for want of a BLAS: \`apt install libopenblas0-pthread\` gives it a fast one.`;
}

async function ask(command: string): Promise<Python | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ["-c", question]);
    const python = JSON.parse(stdout) as Python;
    return { ...python, torch: realpathSync(python.torch) };
  } catch {
    return null;
  }
}
