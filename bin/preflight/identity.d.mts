/** What tells a process from a later one with the same number; null when there is no such process. */
export function identify(pid: number): string | null;
export function isStillThere(known: { pid: number; identity: string }): boolean;
