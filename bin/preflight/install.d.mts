type Packages = Record<string, { version?: string; integrity?: string; dev?: boolean; optional?: boolean }>;

/** For programs whose own set-up would reach for hosts that a closed network lacks. */
export const offlineEnvironment: Record<string, string>;
/** Whether what npm wrote down about node_modules is what the lock asks for. */
export function satisfies(wanted: Packages, present: Packages, dev: boolean): boolean;
/** Makes node_modules what package-lock.json says, unless it is already. @throws StartError with npm's last lines */
export function install(options: { dev: boolean; stop: AbortSignal }): Promise<void>;
