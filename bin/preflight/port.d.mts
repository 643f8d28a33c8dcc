import type { Settings } from "./settings.mjs";

/** The program listening on a port, as far as this system tells us. */
export function portOwner(port: number): { pid: number; name: string } | null;
/** @returns the system's error code, or null when the port is free */
export function whatBarsPort(port: number, host: string): Promise<string | null>;
/** A port on 127.0.0.1 that nobody listens on now. */
export function anyFreePort(): Promise<number>;
/** @throws StartError naming the port, who has it, and the next step */
export function checkPort(settings: Settings): Promise<void>;
