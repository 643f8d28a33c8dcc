import { randomUUID } from "node:crypto";
import path from "node:path";
import type { BucketAccess } from "#lib/domain/bucket-access";
import { accessKeySecret, isAccessKeyId, type StoreAccessKey } from "../../access-keys";
import { syncFolder, type Files } from "../disk/files";
import { readAccessKey } from "./read-access-key";

/** Whoever signs with it may do what it grants. */
export type AccessKey = {
  accessKeyId: string;
  secretAccessKey: string;
  /** by bucket; null for the root key, which may do everything */
  grants: ReadonlyMap<string, BucketAccess> | null;
};

export type AccessKeysOptions = {
  files: Files;
  /** the store's own */
  root: string;
  rootKey: { accessKeyId: string; secretAccessKey: string };
  now: () => number;
  warn: (line: string) => void;
};

type Held = { kept: StoreAccessKey; key: AccessKey; lastUsedAtMs: number | null };

const folderName = "access-keys";
const beside = ".new";

/**
 * The keys that open the store: the root key, and those that web has told it of, each a file of its own without its
 * secret. Taking a key away removes its file and writes nothing, so that it works on a full disk.
 */
export class AccessKeys {
  readonly root: AccessKey;
  /** Another one after every change and every start: who changes must have seen what is there now. */
  #revision = randomUUID();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: AccessKeysOptions,
    private readonly folder: string,
    private readonly held: Map<string, Held>,
  ) {
    this.root = { ...options.rootKey, grants: null };
  }

  /** A file that cannot be read is a key that opens nothing until web tells of it again. */
  static async open(options: AccessKeysOptions): Promise<AccessKeys> {
    const { files, root, warn } = options;
    const folder = path.join(root, folderName);
    const keys = new AccessKeys(options, folder, new Map());
    for (const name of await files.readdir(folder).catch(noneIfMissing)) {
      if (name.endsWith(beside)) await files.unlink(path.join(folder, name));
      if (!name.endsWith(".json")) continue;
      try {
        const key = readAccessKey(JSON.parse(await files.readFile(path.join(folder, name), "utf8")));
        if (`${key.accessKeyId}.json` !== name) throw new Error("it is another key's");
        keys.#hold(key);
      } catch (error) {
        warn(`${folderName}/${name} cannot be read, its key opens nothing: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return keys;
  }

  /** The key of this id as it is now; null when there is none, when it was revoked or has expired. */
  find(accessKeyId: string): AccessKey | null {
    if (accessKeyId === this.root.accessKeyId) return this.root;
    const held = this.held.get(accessKeyId);
    if (!held || (held.kept.expiresAtMs !== null && held.kept.expiresAtMs <= this.options.now())) return null;
    return held.key;
  }

  /** Notes that a request with a right signature came. */
  used({ accessKeyId }: AccessKey): void {
    const held = this.held.get(accessKeyId);
    if (held) held.lastUsedAtMs = this.options.now();
  }

  list(): { revision: string; keys: (StoreAccessKey & { lastUsedAtMs: number | null })[] } {
    return { revision: this.#revision, keys: [...this.held.values()].map(({ kept, lastUsedAtMs }) => ({ ...kept, lastUsedAtMs })) };
  }

  /**
   * Makes these the keys there are. What is taken away opens nothing from here on, even before it is durable.
   * @returns the new revision, or null when `revision` is not the present one: nothing was changed
   */
  async replace(revision: string, keys: readonly StoreAccessKey[]): Promise<string | null> {
    const mine = this.#turn.then(() => this.#replace(revision, keys));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #replace(revision: string, keys: readonly StoreAccessKey[]): Promise<string | null> {
    if (revision !== this.#revision) return null;
    this.#revision = randomUUID();
    const wanted = new Map(keys.map((key) => [key.accessKeyId, key]));
    const gone = [...this.held.keys()].filter((id) => !wanted.has(id));
    const changed = keys.filter((key) => JSON.stringify(this.held.get(key.accessKeyId)?.kept) !== JSON.stringify(key));
    if (gone.length === 0 && changed.length === 0) return this.#revision;
    // A grant that shrinks does so at once; one that grows waits until it is durable.
    for (const id of gone) this.held.delete(id);
    for (const key of changed) this.#narrow(key);
    const { files } = this.options;
    await files.mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const id of gone) await files.unlink(this.#file(id)).catch(unlessMissing);
    for (const key of changed) await this.#write(key);
    await syncFolder(files, this.folder);
    await syncFolder(files, this.options.root);
    for (const key of changed) this.#hold(key);
    return this.#revision;
  }

  #narrow({ accessKeyId, grants }: StoreAccessKey): void {
    const held = this.held.get(accessKeyId);
    if (!held) return;
    const allowed = new Map(grants.map(({ bucket, access }) => [bucket, access]));
    const left = held.kept.grants.filter(({ bucket }) => allowed.has(bucket)).map(({ bucket, access }) => ({ bucket, access: allowed.get(bucket) === "read" ? "read" as const : access }));
    this.#hold({ ...held.kept, grants: left });
  }

  #hold(kept: StoreAccessKey): void {
    const { accessKeyId, grants } = kept;
    const before = this.held.get(accessKeyId);
    const secretAccessKey = before?.key.secretAccessKey ?? accessKeySecret(this.options.rootKey.secretAccessKey, accessKeyId);
    const key = { accessKeyId, secretAccessKey, grants: new Map(grants.map(({ bucket, access }) => [bucket, access])) };
    this.held.set(accessKeyId, { kept, key, lastUsedAtMs: before?.lastUsedAtMs ?? null });
  }

  async #write(key: StoreAccessKey): Promise<void> {
    const { files } = this.options;
    const target = this.#file(key.accessKeyId);
    const handle = await files.open(target + beside, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(key)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(target + beside, target);
  }

  #file(accessKeyId: string): string {
    if (!isAccessKeyId(accessKeyId)) throw new Error("not the id of an access key");
    return path.join(this.folder, `${accessKeyId}.json`);
  }
}

function noneIfMissing(error: unknown): string[] {
  unlessMissing(error);
  return [];
}

function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
