import { LatheError } from "#lib/domain/errors";
import type { ObjectStore } from "./object-store";
import { S3Store } from "./s3-store";

/**
 * The object store that the environment names: `LATHE_S3_ENDPOINT`, `LATHE_S3_REGION` (default us-east-1),
 * `LATHE_S3_ACCESS_KEY_ID`, `LATHE_S3_SECRET_ACCESS_KEY`, and `LATHE_S3_PUBLIC_ENDPOINT` where browsers reach it by
 * another address. Connects at first use.
 * @throws LatheError `store_not_configured`
 */
export function storeFromEnv(env: Record<string, string | undefined> = process.env): ObjectStore {
  const missing = ["LATHE_S3_ENDPOINT", "LATHE_S3_ACCESS_KEY_ID", "LATHE_S3_SECRET_ACCESS_KEY"].filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new LatheError({
      code: "store_not_configured",
      message: `The object store is not configured: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} not set.`,
      nextStep: "Start Lathe with `npm start`, which sets them, or set them to your S3 server's.",
      status: 500,
    });
  }
  for (const name of ["LATHE_S3_ENDPOINT", "LATHE_S3_PUBLIC_ENDPOINT"]) {
    const value = env[name];
    if (value && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) {
      throw new LatheError({
        code: "store_not_configured",
        message: `${name} is not an http or https address: "${value}".`,
        nextStep: "Set it to an address such as http://127.0.0.1:9000.",
        status: 500,
      });
    }
  }
  return new S3Store({
    endpoint: env.LATHE_S3_ENDPOINT!,
    region: env.LATHE_S3_REGION || "us-east-1",
    accessKeyId: env.LATHE_S3_ACCESS_KEY_ID!,
    secretAccessKey: env.LATHE_S3_SECRET_ACCESS_KEY!,
    publicEndpoint: env.LATHE_S3_PUBLIC_ENDPOINT || undefined,
  });
}
