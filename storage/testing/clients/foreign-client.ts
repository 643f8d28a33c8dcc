import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

/** Where and as whom a client works. */
export type At = {
  /** for example http://127.0.0.1:9000 */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  /** for its configuration and nothing else */
  home: string;
};

/** An S3 client that nobody here wrote, as a person would use it. Keys are plain text, folders end without a slash. */
export interface ForeignClient {
  upload(file: string, key: string): Promise<void>;
  download(key: string, file: string): Promise<void>;
  /** All keys under a prefix, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Makes the keys under a prefix what the folder holds, deleting what it does not. */
  syncUp(folder: string, prefix: string): Promise<void>;
  syncDown(prefix: string, folder: string): Promise<void>;
  /** Copies all keys under a prefix to another one within the bucket, without the bytes leaving the store. */
  copyTree(from: string, to: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Both ends included. */
  range?(key: string, first: number, last: number): Promise<Buffer>;
  putWithMetadata?(file: string, key: string, metadata: Record<string, string>): Promise<void>;
  metadata?(key: string): Promise<Record<string, string>>;
  presignGet?(key: string): Promise<string>;
  presignPut?(key: string): Promise<string>;
}

export type ForeignClientKind = {
  name: string;
  /** the program or file whose presence says that it is installed */
  needs: string;
  debianPackage: string;
  /** keys that this client cannot say, whatever the store */
  cannotSay?: (key: string) => boolean;
  open(at: At): ForeignClient;
};

export function isInstalled({ needs }: ForeignClientKind): boolean {
  return existsSync(needs);
}

const run = promisify(execFile);

/** Runs a program with only the environment it needs. Rejects with what it said when it fails. */
export async function runClient(program: string, args: readonly string[], env: Record<string, string>): Promise<Buffer> {
  const { PATH = "", LANG = "C.UTF-8" } = process.env;
  try {
    const { stdout } = await run(program, args, { env: { PATH, LANG, LC_ALL: "C.UTF-8", ...env } as unknown as NodeJS.ProcessEnv, encoding: "buffer", maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    throw new Error(`${program} ${args.join(" ")}\n${stdout?.toString() ?? ""}${stderr?.toString() ?? ""}`, { cause: error });
  }
}
