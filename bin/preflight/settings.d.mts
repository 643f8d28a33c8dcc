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
  /** Where a browser finds web. */
  url: string;
};

export function isLoopback(host: string): boolean;
export function urlOf(host: string, port: number): string;
/** @throws StartError for a LATHE_PORT that is none */
export function readSettings(env: Record<string, string | undefined>): Settings;
/** @throws StartError for a Node before 20.9 */
export function checkNode(version: string): void;
