import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A process that measures could not start, ended, or could not do what it was asked. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

const running = new Set<Peer>();
const keptWords = 4_000;

/** No process outlives the run, however it ends. */
export function stopAllPeers(): void {
  for (const peer of running) peer.stop();
}

/**
 * A process that does the measured work, asked and answering in JSON, a line each. It first says `{"ready": what it is}`,
 * then answers each request in turn, `{"error": why}` where it cannot. Its stderr is kept for when it ends unasked.
 */
export class Peer {
  /** what it calls itself */
  ready = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #lastWords = "";

  private constructor(
    readonly command: string,
    words: readonly string[],
  ) {
    // A group of its own: what the process itself starts (torch.compile's workers) is stopped with it.
    this.#child = spawn(command, words, { detached: true, stdio: "pipe" });
    this.#child.on("error", (error) => (this.#lastWords += error.message));
    this.#child.stdin.on("error", () => {}); // it has ended; the answer that does not come says so
    this.#child.stderr.on("data", (data: Buffer) => (this.#lastWords = (this.#lastWords + data.toString()).slice(-keptWords)));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    running.add(this);
  }

  /** @throws PeerError if it does not get ready */
  static async start(command: string, words: readonly string[]): Promise<Peer> {
    const peer = new Peer(command, words);
    try {
      peer.ready = (await peer.#answer<{ ready: string }>()).ready;
      return peer;
    } catch (error) {
      peer.stop();
      throw error;
    }
  }

  /** @throws PeerError if it cannot, or has ended */
  ask<Answer>(request: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  /** The most memory it has had resident until now; null where the system does not tell (Linux does). */
  peakBytes(): number | null {
    try {
      const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"));
      return kibibytes && Number(kibibytes[1]) * 1024;
    } catch {
      return null;
    }
  }

  stop(): void {
    running.delete(this);
    try {
      if (this.#child.pid) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It had ended.
    }
  }

  async #answer<Answer>(): Promise<Answer> {
    const line = await this.#lines.next();
    if (line.done) throw new PeerError(`${this.ready || this.command} ended: ${this.#lastLine() ?? "it said nothing"}`);
    const answer = JSON.parse(line.value) as Answer & { error?: string };
    if (answer.error !== undefined) throw new PeerError(`${this.ready || this.command}: ${answer.error}`);
    return answer;
  }

  /** Where Python and Node say what it was; Node's stack and version follow the error's own line. */
  #lastLine(): string | undefined {
    const lines = this.#lastWords.split("\n").filter((line) => line.trim() !== "");
    return lines.find((line) => /^\w*Error\b.*:/.test(line)) ?? lines.at(-1);
  }
}
