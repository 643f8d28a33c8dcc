import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A program under test whose lines can be waited for. */
export class Program {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly #exit: Promise<unknown>;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], options: { env: Record<string, string | undefined>; cwd: string }) {
    const env = { ...process.env, ...options.env };
    // A test runner's own variables would change what the program does.
    for (const name of Object.keys(env)) if (/^(VITEST|NODE_V8_COVERAGE)/.test(name)) delete env[name];
    this.process = spawn(process.execPath, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr] as Readable[]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.#exit = once(this.process, "close").then(() => {
      this.#ended = true;
      this.#wake();
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /**
   * The first line that matches, now or later.
   * @throws Error with everything it said when it ends or the time is up before
   */
  async line(pattern: RegExp, waitMs = 60_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      for (const line of this.lines) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      const leftMs = deadline - Date.now();
      if (this.#ended || leftMs <= 0)
        throw new Error(`${this.#ended ? "It ended" : "It went on"} without ${pattern}:\n${this.lines.join("\n")}`);
      await this.#news(leftMs);
    }
  }

  /** Its exit code, or the signal that ended it, when it has ended and said all. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#exit;
    return this.process.exitCode ?? this.process.signalCode;
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.process.kill(signal);
    return this.ended();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #news(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#waiting.add(done);
    });
  }
}
