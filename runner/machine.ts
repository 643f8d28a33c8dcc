import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { RunnerInfo, RunnerLoad } from "#lib/protocol/runners";
import type { RunnerConfig } from "./config";
import type { Sandbox } from "./sandbox/detect";

export function describeMachine(config: RunnerConfig, sandbox: Sandbox, engine: RunnerInfo["engine"]): RunnerInfo {
  const { version } = JSON.parse(readFileSync(path.join(config.root, "package.json"), "utf8")) as { version: string };
  return {
    version,
    platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    slots: config.slots,
    engine,
    sandbox: { kind: sandbox.tools.kind, accepted: sandbox.accepted, message: sandbox.message },
  };
}

/** Measures how busy the machine is between two calls. */
export function createLoadMeter(): (holds: Pick<RunnerLoad, "jobs" | "deployments">) => RunnerLoad {
  let before = ticks();
  return (holds) => {
    const now = ticks();
    const total = now.total - before.total;
    const cpuFraction = total > 0 ? Math.min(1, Math.max(0, 1 - (now.idle - before.idle) / total)) : 0;
    before = now;
    return { ...holds, cpuFraction, usedMemoryBytes: totalmem() - freemem() };
  };
}

function ticks(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idle, total };
}
