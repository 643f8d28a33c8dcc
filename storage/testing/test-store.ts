import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3Store } from "../s3-store";
import { startStore, type RunningStore, type StoreOptions } from "../server/start";

export type TestStore = RunningStore & {
  root: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** what it had to say, line by line */
  lines: string[];
  client(): S3Store;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
};

/** An S3 server on a fresh folder (or a given one) and a free port. */
export async function startTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const root = options.root ?? (await mkdtemp(path.join(tmpdir(), "lathe-store-")));
  const accessKeyId = options.accessKeyId ?? randomBytes(8).toString("hex");
  const secretAccessKey = options.secretAccessKey ?? randomBytes(16).toString("hex");
  const lines: string[] = [];
  const store = await startStore({ port: 0, log: (line) => lines.push(line), ...options, root, accessKeyId, secretAccessKey });
  return {
    ...store,
    root,
    accessKeyId,
    secretAccessKey,
    lines,
    client: () => new S3Store({ endpoint: store.endpoint, region: options.region ?? "us-east-1", accessKeyId, secretAccessKey }),
    remove: async () => {
      await store.close();
      await rm(root, { recursive: true });
    },
  };
}
