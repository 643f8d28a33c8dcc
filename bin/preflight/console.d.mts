export function say(line: string): void;
export function sayStep(label: string, durationMs: number): void;
/** Runs one step and prints its name and time; a step that takes long is announced first. */
export function step<T>(label: string, work: () => Promise<T>, options?: { announce?: string }): Promise<T>;
/** An error as a person reads it: what happened, then what to do. */
export function describe(error: unknown): string;
