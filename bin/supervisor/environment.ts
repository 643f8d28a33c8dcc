import { LatheError } from "#lib/domain/errors";

/** What any program may need from outside: how it finds things, speaks, computes and trusts. Never a secret. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|XDG_\w+|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|VK_\w+|ORT_\w+|OMP_\w+|FONTCONFIG_\w+)$/;
/** Settings of ours that a child may read beside those it is told below. */
const OUR_SETTINGS = /^LATHE_(SANDBOX|LOG|RUNNER|ENGINE|WEB|STORE|MAX)(_\w+)?$/;
const OURS_BUT_SECRET = /TOKEN|SECRET|PASSWORD|KEY|CODE/;

export function baseEnvironment(env: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (PASSED_ON.test(entry[0]) || (OUR_SETTINGS.test(entry[0]) && !OURS_BUT_SECRET.test(entry[0]))),
  );
  return { ...Object.fromEntries(passed), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}

/** How to reach the object store, as every S3 client of ours reads it. */
export type StoreAccess = {
  LATHE_S3_ENDPOINT: string;
  LATHE_S3_REGION: string;
  LATHE_S3_ACCESS_KEY_ID: string;
  LATHE_S3_SECRET_ACCESS_KEY: string;
  /** It is the one that comes with Lathe: web may make keys in it. */
  LATHE_S3_EMBEDDED?: "1";
};

const STORE_VARIABLES = [
  "LATHE_S3_ENDPOINT",
  "LATHE_S3_REGION",
  "LATHE_S3_ACCESS_KEY_ID",
  "LATHE_S3_SECRET_ACCESS_KEY",
] as const satisfies readonly (keyof StoreAccess)[];

/**
 * The store the environment names, or null for the embedded one.
 * @throws LatheError `store_incomplete` when only some of the four variables are set, `store_endpoint_invalid`
 */
export function externalStore(env: Record<string, string | undefined>): StoreAccess | null {
  const missing = STORE_VARIABLES.filter((name) => !env[name]);
  if (missing.length === STORE_VARIABLES.length) return null;
  if (missing.length > 0)
    throw new LatheError({
      code: "store_incomplete",
      message: `Your own object store needs four variables, and ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not set.`,
      nextStep: "Set all four, or none to use the object store that comes with Lathe.",
    });
  const access = Object.fromEntries(STORE_VARIABLES.map((name) => [name, env[name]])) as StoreAccess;
  if (!URL.canParse(access.LATHE_S3_ENDPOINT) || !/^https?:/.test(access.LATHE_S3_ENDPOINT))
    throw new LatheError({
      code: "store_endpoint_invalid",
      message: `LATHE_S3_ENDPOINT is "${access.LATHE_S3_ENDPOINT}", which is no http(s) address.`,
      nextStep: "Write it like https://s3.example.org.",
    });
  return access;
}
