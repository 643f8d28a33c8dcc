import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { S3Store } from "../s3-store";

const main = path.resolve(import.meta.dirname, "../server/main.ts");

export type StoreProcess = {
  child: ChildProcess;
  endpoint: string;
  stderr: () => string;
  client(): S3Store;
  /** Resolves with the exit code, null after a signal. */
  ended: Promise<number | null>;
};

export const processCredentials = { accessKeyId: "test", secretAccessKey: "test-secret" };

/** `storage/server/main.ts` as a child, as the supervisor starts it. Rejects with its last words when it ends instead of being ready. */
export async function startStoreProcess(root: string, env: Record<string, string | undefined> = {}): Promise<StoreProcess> {
  const child = fork(main, {
    execArgv: ["--import", "tsx"],
    env: {
      ...process.env,
      LATHE_STORE_ROOT: root,
      LATHE_STORE_ACCESS_KEY_ID: processCredentials.accessKeyId,
      LATHE_STORE_SECRET_ACCESS_KEY: processCredentials.secretAccessKey,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr!.on("data", (text: Buffer) => (stderr += text.toString()));
  // Not "close": a child whose channel we cut ourselves never says it.
  const ended = Promise.all([once(child, "exit"), once(child.stderr!, "end")]).then(([[code]]) => code as number | null);
  const lines: string[] = [];
  const reader = createInterface(child.stdout!);
  const ready = new Promise<string>((resolve) => {
    reader.on("line", (line) => {
      lines.push(line);
      resolve(line);
    });
  });
  const first = await Promise.race([ready, ended.then((code) => Promise.reject(new Error(`ended with ${code}: ${stderr}`)))]);
  const endpoint = /^store ready (http:\/\/\S+)$/.exec(first)?.[1];
  if (!endpoint) throw new Error(`not the line that was promised: ${first}`);
  return { child, endpoint, ended, stderr: () => stderr, client: () => new S3Store({ endpoint, region: "us-east-1", ...processCredentials }) };
}
