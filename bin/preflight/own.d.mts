import type { Settings } from "./settings.mjs";

/**
 * Does the work as the one supervisor of its home, on a port that is free, with nothing left of an earlier one.
 * @throws StartError when another supervisor has the home, or another program the port
 */
export function own<T>(settings: Settings, work: () => Promise<T>): Promise<T>;
