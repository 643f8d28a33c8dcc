import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { LatheError } from "#lib/domain/errors";
import { type Cluster, POSTGRES_READY, postgresCommand } from "./cluster";
import { settleStalePostmaster } from "./stale";

const READY_MS = 60_000;
const KEPT_LINES = 20;

export type PostgresServer = {
  pid: number;
  port: number;
  /** Resolves when the process is gone, however it went. */
  exited: Promise<void>;
  /** Fast and clean (SIGINT); sessions are ended, nothing is lost. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
};

/**
 * Serves a cluster as a child of this process until stopped; for tests and one-off commands. The supervisor spawns
 * postgresCommand itself.
 * @throws LatheError `postgres_not_ready` with its last log lines
 */
export async function startPostgres(cluster: Cluster, port: number): Promise<PostgresServer> {
  await settleStalePostmaster(cluster.dataDir);
  const { file, args, ...options } = postgresCommand(cluster, port);
  const child = spawn(file, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "exit").then(() => {});
  const lines: string[] = [];
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      if (POSTGRES_READY.test(line)) resolve();
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"late">((resolve) => (timer = setTimeout(resolve, READY_MS, "late")));
  const outcome = await Promise.race([ready.then(() => "ready"), exited.then(() => "gone"), tooLate]);
  clearTimeout(timer);
  if (outcome !== "ready") {
    child.kill("SIGKILL");
    throw new LatheError({
      code: "postgres_not_ready",
      message: `PostgreSQL did not start. Its last lines:\n${lines.join("\n")}`,
      nextStep: "Look at the lines above.",
      status: 500,
    });
  }
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return { pid: child.pid ?? 0, port, exited, stop: () => end("SIGINT"), kill9: () => end("SIGKILL") };
}
