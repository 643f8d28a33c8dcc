import type { StoreFolder } from "../disk/store";

/** Gives an upload up with all its parts, if it is still there. */
export function dropUpload(store: StoreFolder, bucket: string, key: string, id: string): Promise<void> {
  return store.inTurn(bucket, key, async () => {
    const place = store.bucket(bucket);
    if (!place.upload(key, id)) return;
    const parts = (await place.parts(id)).map(({ number }) => number);
    await store.commit({ op: "upload-gone", bucket, key, upload: id, parts });
  });
}
