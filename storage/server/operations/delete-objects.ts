import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText, type XmlContent } from "../xml";
import type { AtBucket, Operation } from "./context";
import { deleteVersion, type Deleted } from "./delete";
import { receiveXml } from "./intake";

const maxObjects = 1000;

export const deleteObjects: Operation<AtBucket> = async (context, request, { bucket }) => {
  context.store.bucket(bucket);
  const document = parseXml(await receiveXml(request), "Delete");
  const quiet = xmlText(document.Quiet)?.trim() === "true";
  const asked = xmlList(document.Object).map((node) => {
    const { Key, ETag, VersionId } = xmlElement(node);
    const key = xmlText(Key);
    if (!key) throw new S3Error("MalformedXML", "Every Object needs a Key.");
    return { key, etag: xmlText(ETag)?.replaceAll('"', ""), versionId: xmlText(VersionId) };
  });
  if (asked.length === 0 || asked.length > maxObjects) throw new S3Error("MalformedXML", `List 1 to ${maxObjects} objects.`);

  const outcomes = await Promise.all(
    asked.map(async ({ key, etag, versionId }): Promise<{ Key: string; VersionId?: string; deleted?: Deleted; failure: S3Error | null }> => {
      try {
        const deleted = await deleteVersion(context, bucket, key, versionId || undefined, (version) => {
          const entry = version?.content;
          if (etag !== undefined && entry && etag !== "*" && entry.etag !== etag) throw new S3Error("PreconditionFailed");
        });
        return { Key: key, VersionId: versionId, deleted, failure: null };
      } catch (error) {
        if (error instanceof S3Error) return { Key: key, VersionId: versionId, failure: error };
        throw error;
      }
    }),
  );
  const content: Record<string, XmlContent> = {
    Deleted: quiet ? [] : outcomes.filter((o) => !o.failure).map(({ Key, VersionId, deleted }) => ({ Key, VersionId, ...markerWords(deleted!) })),
    Error: outcomes.filter((o) => o.failure).map(({ Key, VersionId, failure }) => ({ Key, VersionId, Code: failure!.code, Message: failure!.message })),
  };
  return { status: 200, body: xmlDocument("DeleteResult", content) };
};

function markerWords({ versionId, deleteMarker }: Deleted): Record<string, XmlContent> {
  return deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {};
}
