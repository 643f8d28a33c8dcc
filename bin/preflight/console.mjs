const LABEL_WIDTH = 48;

// A terminal that was closed (or a `| head` that has seen enough) is no reason to go down.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
});

/** @param {number} durationMs */
function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {string} label
 * @param {number} durationMs
 */
export function sayStep(label, durationMs) {
  say(`${label.padEnd(LABEL_WIDTH)} ${seconds(durationMs).padStart(8)}`);
}

/**
 * Runs one step and prints its name and time; a step that takes long is announced first.
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @param {{ announce?: string }} [options]
 * @returns {Promise<T>}
 */
export async function step(label, work, options = {}) {
  if (options.announce) say(options.announce);
  const startedAt = performance.now();
  const result = await work();
  sayStep(label, performance.now() - startedAt);
  return result;
}

/**
 * An error as a person reads it: what happened, then what to do.
 * @param {unknown} error
 */
export function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const { nextStep } = /** @type {{ nextStep?: string }} */ (error);
  if (nextStep === undefined) return error.stack ?? error.message;
  return nextStep ? `${error.message}\n${nextStep}` : error.message;
}
