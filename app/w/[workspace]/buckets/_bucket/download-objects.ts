import type { Client } from "#lib/sdk/client";

/** More files than this at once make a browser ask, or give up; the command line has no such limit. */
export const maxDownloads = 25;

/** Saves objects under their names, straight from the object store. @throws ApiError */
export async function downloadObjects(client: Client, bucket: string, keys: readonly string[]): Promise<void> {
  const downloads = await client.call("object.presign-downloads", { bucket, keys: [...keys] });
  for (const { url } of downloads) {
    const link = document.createElement("a");
    link.href = url;
    link.download = "";
    link.rel = "noreferrer";
    document.body.append(link);
    link.click();
    link.remove();
    // Chromium drops a download that starts in the same breath as another.
    if (downloads.length > 1) await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
