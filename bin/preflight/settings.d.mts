/** The repository's folder. */
export const root: string;

export class StartError extends Error {
  readonly nextStep: string;
  constructor(message: string, nextStep: string);
}

export type Settings = {
  /** LATHE_HOME, absolute. */
  home: string;
  host: string;
  port: number;
  /** Where web listens. */
  url: string;
  /** Where people find it: the proxy's address when there is one (LATHE_PUBLIC_URL), else `url`. */
  publicUrl: string;
};

export function isLoopback(host: string): boolean;
export function urlOf(host: string, port: number): string;
/** @throws StartError for a LATHE_PORT or LATHE_PUBLIC_URL that is none */
export function readSettings(env: Record<string, string | undefined>): Settings;
/** @throws StartError for a Node before 20.9 */
export function checkNode(version: string): void;
