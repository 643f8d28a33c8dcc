import type { StopReason } from "#lib/domain/job";
import { formatBytes } from "#lib/domain/units";
import type { Problem } from "#lib/protocol/common";
import type { Limits } from "./limits";

export type ChildExit = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** the last lines it wrote to stderr */
  lastWords: string;
  /** the most memory it said it had resident; 0 when it never said */
  peakBytes: number;
  /** what was wrong with its messages, when that ended it */
  broken: string | null;
  /** the runner ended it, because it was done or silent for too long */
  killed: boolean;
};

export type ExitReason = { stopReason: Extract<StopReason, "out-of-memory" | "error">; problem: Problem };

const memoryWords =
  /out of memory|bad_alloc|bad allocation|array buffer allocation failed|cannot allocate memory|failed to allocate memory|allocation failed|ENOMEM|vips_tracked: out of memory|pthread_create: resource temporarily unavailable/i;

/** Whether an error's text is one of the many ways of programs here to say that memory is at an end. */
export function tellsOfMemory(text: string): boolean {
  return memoryWords.test(text);
}

/** Why a child ended that did not say so itself. Pure. */
export function explainExit(exit: ChildExit, limits: Limits): ExitReason {
  // A shell's way to tell a signal, which bwrap follows.
  const signal = exit.signal ? signalNumbers[exit.signal] : exit.code !== null && exit.code > 128 ? exit.code - 128 : undefined;
  if (tellsOfMemory(exit.lastWords)) return outOfMemory(limits, exit.peakBytes);
  if (exit.broken) return failed("child_broken", `The job's process was ended: it sent ${exit.broken}.`, "Start the job again; if it happens again, report it.");
  if (exit.killed) return failed("child_silent", "The job's process was ended because it did not answer in time.", "Start the job again; look at what else keeps the machine busy.");
  if (signal === signalNumbers.SIGXCPU) {
    return failed("cpu_limit", `The job used up its ${limits.cpuSeconds} seconds of processor time.`, "Give it a larger time budget.");
  }
  if (signal === signalNumbers.SIGKILL) {
    return {
      stopReason: "out-of-memory",
      problem: {
        code: "killed",
        message: `The operating system killed the job's process${peak(exit.peakBytes)}; most often the machine ran out of memory.`,
        nextStep: "Close other programs or use a machine with more memory; a smaller picture size needs less.",
      },
    };
  }
  const how = signal === undefined ? `with code ${exit.code}` : `by signal ${nameOf(signal)}`;
  const said = exit.lastWords.trim().split("\n").at(-1)?.slice(0, 300);
  return failed("child_died", `The job's process ended ${how}${said ? ` (${said})` : ""}.`, "Look at the job's log; start it again, and report it if it happens again.");
}

export function outOfMemory(limits: Pick<Limits, "memoryBytes">, peakBytes: number): ExitReason {
  return {
    stopReason: "out-of-memory",
    problem: {
      code: "out_of_memory",
      message: `The job needed more than the ${formatBytes(limits.memoryBytes)} of memory it may use${peak(peakBytes)}.`,
      nextStep: "Choose a smaller picture size or preset, or raise LATHE_RUNNER_MEMORY on the runner if its machine has more.",
    },
  };
}

function peak(peakBytes: number): string {
  return peakBytes > 0 ? ` (${formatBytes(peakBytes)} at its last sign of life)` : "";
}

function failed(code: string, message: string, nextStep: string): ExitReason {
  return { stopReason: "error", problem: { code, message, nextStep } };
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15, SIGXCPU: 24, SIGXFSZ: 25, SIGSYS: 31,
};

function nameOf(number: number): string {
  return Object.entries(signalNumbers).find(([, value]) => value === number)?.[0] ?? String(number);
}
