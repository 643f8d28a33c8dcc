import { LatheError } from "#lib/domain/errors";
import { maxAccessKeys, type StoreAccessKey } from "./access-keys";
import { requestAsRoot, type StoreAccess } from "./root-request";

/** How web tells the embedded store of its keys. */
export type AccessKeysAdmin = {
  /** The keys that the store has now, and when each was last used since the store was started. */
  list(): Promise<{ revision: string; keys: (StoreAccessKey & { lastUsedAtMs: number | null })[] }>;
  /** Makes these the keys there are. Doing it again changes nothing. @throws LatheError `store_keys_moved_on`, `store_unreachable` */
  replace(revision: string, keys: readonly StoreAccessKey[]): Promise<void>;
};

/** @param root the store's root key */
export function accessKeysAdmin(root: StoreAccess, now: () => number = Date.now): AccessKeysAdmin {
  return {
    list: async () => (await call(root, now(), "GET", "")) as Awaited<ReturnType<AccessKeysAdmin["list"]>>,
    replace: async (revision, keys) => {
      if (keys.length > maxAccessKeys) throw new Error(`the store holds at most ${maxAccessKeys} access keys`);
      await call(root, now(), "PUT", JSON.stringify({ revision, keys }));
    },
  };
}

async function call(root: StoreAccess, nowMs: number, method: string, body: string): Promise<unknown> {
  const answer = await requestAsRoot(root, method, "/-lathe/access-keys", body, nowMs);
  if (answer.ok) return JSON.parse(answer.text);
  if (answer.code === "PreconditionFailed") {
    throw new LatheError({ code: "store_keys_moved_on", message: "The object store's access keys were changed meanwhile.", nextStep: "Try again.", status: 409 });
  }
  const full = answer.code === "InsufficientStorage";
  throw new LatheError({
    code: full ? "store_full" : "store_keys_refused",
    message: `The object store did not take its access keys: ${answer.message}`,
    nextStep: full ? "Make room on the object store's disk, then try again." : "Look at the object store's log, then try again.",
    status: full ? 507 : 502,
  });
}
