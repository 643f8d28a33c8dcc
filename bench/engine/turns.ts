import { setTimeout as pause } from "node:timers/promises";
import { PeerError, type Peer } from "../peer";
import type { Request, Timed, Work } from "./protocol";
import type { Side } from "./sides";

/** Of one side, for one piece of work. */
export type Turns = {
  side: Side;
  /** the median of a step's time */
  seconds: number;
  peakBytes: number | null;
  /** our engine's: outside of ONNX Runtime's run, the median of the turns', and the most that one step compiled */
  outsideMs: number | null;
  buildMs: number | null;
};

export type Pace = { rounds: number; turnSeconds: number };

const leastWarming = 3;
/** A step of milliseconds needs some hundred of them until its JavaScript is compiled; one of seconds is done at once. */
const warmingSeconds = 3;
/** What a slow side may take in all; it then sits out the other rounds. */
const mostSeconds = 30;
/** Threads of the side before wait by turning for a moment. */
const settleMs = 50;

type Player = { side: Side; peer: Peer; warm: Timed[]; turns: Timed[] };

/**
 * Does the work on all sides in one run, in turn: A B A B, so that a noisy moment of the machine meets all of them.
 * A reference that cannot do it is left out with a note.
 *
 * @throws PeerError if our side, the first, cannot
 */
export async function takeTurns(work: Work, sides: readonly Side[], { rounds, turnSeconds }: Pace, note: (line: string) => void): Promise<Turns[]> {
  const players: Player[] = [];
  try {
    for (const side of sides) {
      const player = await enter(side, work, side.kind === "ours" ? null : note);
      if (player) players.push(player);
    }
    for (let round = 0; round < rounds; round++) {
      for (const player of players) {
        if (round > 0 && secondsIn(player.turns) > mostSeconds) continue;
        await pause(settleMs);
        const steps = Math.max(1, Math.round(turnSeconds / player.warm.at(-1)!.seconds[0]!));
        player.turns.push(await player.peer.ask<Timed>({ steps } satisfies Request));
      }
    }
    return players.map(summaryOf);
  } finally {
    for (const { peer } of players) peer.stop();
  }
}

/** Starts a side and does its first steps, which compile and fill caches. */
async function enter(side: Side, work: Work, note: ((line: string) => void) | null): Promise<Player | null> {
  const peer = await side.start();
  const warm: Timed[] = [];
  try {
    await peer.ask({ open: work } satisfies Request);
    while (warm.length < leastWarming || secondsIn(warm) < warmingSeconds) warm.push(await peer.ask<Timed>({ steps: 1 } satisfies Request));
    return { side, peer, warm, turns: [] };
  } catch (error) {
    peer.stop();
    if (!note || !(error instanceof PeerError)) throw error;
    note(`  skipped: ${side.name} cannot do this. ${error.message}`);
    return null;
  }
}

function summaryOf({ side, peer, warm, turns }: Player): Turns {
  const engine = turns.flatMap((turn) => (turn.engine ? [turn.engine.outsideMs / turn.seconds.length] : []));
  const builds = warm.flatMap((step) => (step.engine ? [step.engine.buildMs] : []));
  return {
    side,
    seconds: median(turns.flatMap((turn) => turn.seconds)),
    peakBytes: peer.peakBytes(),
    outsideMs: engine.length > 0 ? median(engine) : null,
    buildMs: builds.length > 0 ? Math.max(...builds) : null,
  };
}

function secondsIn(steps: readonly Timed[]): number {
  return steps.flatMap(({ seconds }) => seconds).reduce((sum, each) => sum + each, 0);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
