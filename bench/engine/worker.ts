import { createInterface } from "node:readline";
import { engineStatistics, startEngine, type EngineName } from "#lib/engine/index";
import { convolutionStep, productStep } from "./kernels";
import { networkStep } from "./networks";
import type { Request, Timed, Work } from "./protocol";

/*
 * Our side of the benchmark, in a process of its own: `node worker.ts ENGINE THREADS`. It reads one JSON request a line
 * and answers one JSON line each (protocol.ts), as reference.py does.
 */

function opened(work: Work): () => Promise<void> {
  if (work.kind === "network") return networkStep(work);
  return work.kind === "convolution" ? convolutionStep(work) : productStep(work.side);
}

async function timed(step: () => Promise<void>, count: number): Promise<Timed> {
  const before = engineStatistics();
  const seconds: number[] = [];
  for (let done = 0; done < count; done++) {
    const fromMs = performance.now();
    await step();
    seconds.push((performance.now() - fromMs) / 1000);
  }
  const after = engineStatistics();
  if (after.flushes === before.flushes) return { seconds };
  const wholeMs = seconds.reduce((sum, each) => sum + each, 0) * 1000;
  return { seconds, engine: { outsideMs: wholeMs - (after.runMs - before.runMs), buildMs: after.buildMs - before.buildMs } };
}

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const [engine, threads] = process.argv.slice(2);
const { reason } = await startEngine({ force: engine as EngineName, threads: Number(threads) });
say({ ready: reason });

let step = async () => {};
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  try {
    if ("open" in request) {
      step = opened(request.open);
      say({});
    } else {
      say(await timed(step, request.steps));
    }
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
