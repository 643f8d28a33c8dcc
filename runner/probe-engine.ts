import type { RunnerInfo } from "#lib/protocol/runners";
import type { RunnerConfig } from "./config";
import { startChild } from "./sandbox/child";
import type { Sandbox } from "./sandbox/detect";
import { explainExit } from "./sandbox/exit-reason";
import { limitsFor } from "./sandbox/limits";
import { makeWorkFolder, removeWorkFolder } from "./work/folders";
import { childEntry } from "./work/job-child";

const probeMs = 60_000;

/** Which engine a child finds in its sandbox, or why it finds none: known before the first job fails for it. */
export async function probeEngine(config: RunnerConfig, sandbox: Sandbox): Promise<RunnerInfo["engine"]> {
  if (!sandbox.accepted) return { name: "none", reason: sandbox.message };
  const folder = await makeWorkFolder(config.folder, "probe");
  try {
    const limits = limitsFor({ memoryBytes: config.memoryBytes, wallMs: probeMs });
    let engine: RunnerInfo["engine"] | null = null;
    const child = await startChild({
      tools: sandbox.tools,
      place: { root: config.root, node: process.execPath, entry: childEntry, folders: { input: folder.input, output: folder.output } },
      limits,
      task: { kind: "probe" },
      threads: 1,
      listener: {
        message(message) {
          if (message.type === "ready") engine = message.engine;
          else if (message.type === "ended") {
            if (message.error) engine = { name: "none", reason: `${message.error.message} ${message.error.nextStep}` };
            child.kill();
          }
        },
        line() {},
      },
    });
    const timer = setTimeout(() => child.kill(), probeMs);
    const exit = await child.exited;
    clearTimeout(timer);
    return engine ?? { name: "none", reason: explainExit(exit, limits).problem.message };
  } finally {
    await removeWorkFolder(folder);
  }
}
