import { randomBytes } from "node:crypto";
import { startStore } from "#storage/server/start";

const REGION = "us-east-1";

/** What every S3 client of ours reads. */
export type StoreEnvironment = {
  LATHE_S3_ENDPOINT: string;
  LATHE_S3_REGION: string;
  LATHE_S3_ACCESS_KEY_ID: string;
  LATHE_S3_SECRET_ACCESS_KEY: string;
};

const variables = [
  "LATHE_S3_ENDPOINT",
  "LATHE_S3_REGION",
  "LATHE_S3_ACCESS_KEY_ID",
  "LATHE_S3_SECRET_ACCESS_KEY",
] as const satisfies readonly (keyof StoreEnvironment)[];

/** Starts the embedded object store on a free port and puts where it is into this process's environment. */
export async function startTestStore(folder: string): Promise<{ close(): Promise<void> }> {
  const accessKeyId = randomBytes(10).toString("hex");
  const secretAccessKey = randomBytes(20).toString("hex");
  const store = await startStore({
    root: folder,
    host: "127.0.0.1",
    port: 0,
    region: REGION,
    accessKeyId,
    secretAccessKey,
    corsOrigins: ["*"],
  });
  Object.assign(process.env, {
    LATHE_S3_ENDPOINT: store.endpoint,
    LATHE_S3_REGION: REGION,
    LATHE_S3_ACCESS_KEY_ID: accessKeyId,
    LATHE_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } satisfies StoreEnvironment);
  return store;
}

/** The test run's object store. Buckets are shared by all tests: give yours names nobody else picks. */
export function testStore(): StoreEnvironment {
  const entries = variables.map((name) => {
    const value = process.env[name];
    if (!value) throw new Error("No object store: run this under vitest's project `integration`.");
    return [name, value];
  });
  return Object.fromEntries(entries) as StoreEnvironment;
}
