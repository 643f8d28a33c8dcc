import { LatheError } from "#lib/domain/errors";

export type Config = {
  databaseUrl: string;
  host: string;
  port: number;
  /** how people reach this server, without a slash at the end */
  url: string;
  /** signs session cookies */
  secret: string;
  runnerToken: string | null;
  /** where the local administrator's key is left for the CLI */
  localFile: string | null;
  signInCode: string | null;
  /** Next compiles on demand instead of serving the build */
  dev: boolean;
  /** no pages at all: for tests and for a web that serves only the API */
  apiOnly: boolean;
  s3: { endpoint: string; publicEndpoint: string; region: string; accessKeyId: string; secretAccessKey: string; /** the store is the one that comes with Lathe, and this installation's alone: keys can be made in it */ embedded: boolean };
};

/**
 * DATABASE_URL, LATHE_HOST (127.0.0.1), LATHE_PORT (3000), LATHE_URL, LATHE_SECRET, LATHE_S3_*, and optionally
 * LATHE_S3_EMBEDDED=1, LATHE_RUNNER_TOKEN, LATHE_LOCAL_FILE, LATHE_SIGN_IN_CODE, LATHE_DEV=1, LATHE_API_ONLY=1.
 * @throws LatheError `web_not_configured`
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const needed = ["DATABASE_URL", "LATHE_SECRET", "LATHE_S3_ENDPOINT", "LATHE_S3_ACCESS_KEY_ID", "LATHE_S3_SECRET_ACCESS_KEY"];
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0) throw notConfigured(`${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} not set`);
  if (env.LATHE_SECRET!.length < 16) throw notConfigured("LATHE_SECRET has fewer than 16 characters");
  const host = env.LATHE_HOST || "127.0.0.1";
  const port = Number(env.LATHE_PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw notConfigured(`LATHE_PORT is "${env.LATHE_PORT}", which is no port`);
  const url = (env.LATHE_URL || `http://${host.includes(":") ? `[${host}]` : host}:${port}`).replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw notConfigured(`LATHE_URL is "${url}", which is no http(s) address`);
  return {
    databaseUrl: env.DATABASE_URL!,
    host,
    port,
    url,
    secret: env.LATHE_SECRET!,
    runnerToken: env.LATHE_RUNNER_TOKEN || null,
    localFile: env.LATHE_LOCAL_FILE || null,
    signInCode: env.LATHE_SIGN_IN_CODE || null,
    dev: env.LATHE_DEV === "1",
    apiOnly: env.LATHE_API_ONLY === "1",
    s3: {
      endpoint: env.LATHE_S3_ENDPOINT!,
      publicEndpoint: env.LATHE_S3_PUBLIC_ENDPOINT || env.LATHE_S3_ENDPOINT!,
      region: env.LATHE_S3_REGION || "us-east-1",
      accessKeyId: env.LATHE_S3_ACCESS_KEY_ID!,
      secretAccessKey: env.LATHE_S3_SECRET_ACCESS_KEY!,
      embedded: env.LATHE_S3_EMBEDDED === "1",
    },
  };
}

function notConfigured(what: string): LatheError {
  return new LatheError({
    code: "web_not_configured",
    message: `A setting of web is missing or wrong: ${what}.`,
    nextStep: "Start Lathe with `npm start`, which sets what is needed, or set it yourself.",
    status: 500,
  });
}
