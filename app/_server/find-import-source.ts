import { findBucket } from "#lib/data/find-bucket";
import type { DatasetFormat } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { validateObjectKey } from "#storage/keys";
import { looksLikePicture } from "./object-urls";
import type { Services } from "./services";

/**
 * What a dataset is to be made from, looked at before a job is started for it.
 * @param prefix with or without its last "/"; "" is the whole bucket
 * @returns the prefix, empty or ending in "/"
 * @throws LatheError 404 for a bucket that is not there, 422 `nothing_under_prefix` or `no_label_folders`
 */
export async function findImportSource(
  { db, store }: Pick<Services, "db" | "store">,
  { workspaceId, bucket, prefix: asked, format, draft = false }: { workspaceId: string; bucket: string; prefix: string; format?: DatasetFormat | undefined; draft?: boolean },
): Promise<{ prefix: string }> {
  await findBucket(db, { bucket, workspaceId });
  if (asked !== "") validateObjectKey(asked);
  const prefix = asked === "" || asked.endsWith("/") ? asked : `${asked}/`;
  const { objects, prefixes } = await store.listPage(bucket, { prefix, delimiter: "/", limit: 1000 });
  const where = `s3://${bucket}/${prefix}`;
  if (objects.length + prefixes.length === 0) {
    throw new LatheError({
      code: "nothing_under_prefix",
      message: `There is nothing under ${where}.`,
      nextStep: "Check the prefix, or upload the pictures first: one folder for each label.",
      status: 422,
    });
  }
  // A table, a manifest or a text beside each picture may say the labels; pictures alone say none.
  const pictures = objects.filter(({ key }) => looksLikePicture(key)).length;
  if (prefixes.length === 0 && !draft && (format === "folders" || (format === undefined && pictures === objects.length))) {
    throw new LatheError({
      code: "no_label_folders",
      message: `There are files under ${where}, but no folders: the first folder level is the label.`,
      nextStep: "Put the pictures of each label in a folder of its own, or choose the prefix above.",
      status: 422,
    });
  }
  return { prefix };
}
