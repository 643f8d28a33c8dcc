/** One folder or choice of files under way, kept so that a reload can go on. */
export type UploadSession = {
  id: string;
  slug: string;
  bucket: string;
  prefix: string;
  /** of the folder or first file */
  name: string;
  count: number;
  done: number;
  /** what the browser lets us keep of the folder; empty where it does not */
  handles: readonly FileSystemHandle[];
  updatedAtMs: number;
};

const storeName = "sessions";

/** A small table in the browser. A private window may have none: then nothing is kept, and uploads work all the same. */
export class UploadSessions {
  #database: Promise<IDBDatabase | null> | null = null;

  async all(): Promise<UploadSession[]> {
    return (await this.#ask<UploadSession[]>("readonly", (store) => store.getAll() as IDBRequest<UploadSession[]>)) ?? [];
  }

  async put(session: UploadSession): Promise<void> {
    await this.#ask("readwrite", (store) => store.put(session));
  }

  async delete(id: string): Promise<void> {
    await this.#ask("readwrite", (store) => store.delete(id));
  }

  async #ask<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
    const database = await (this.#database ??= open());
    if (!database) return null;
    return new Promise((resolve) => {
      try {
        const request = act(database.transaction(storeName, mode).objectStore(storeName));
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }
}

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("lathe-uploads", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
