import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText, type XmlContent } from "../xml";
import type { AtBucket, Operation } from "./context";
import { receiveXml } from "./intake";

const maxObjects = 1000;

export const deleteObjects: Operation<AtBucket> = async ({ store }, request, { bucket }) => {
  store.bucket(bucket);
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
    asked.map(async ({ key, etag, versionId }): Promise<{ Key: string; failure: S3Error | null }> => {
      try {
        if (versionId && versionId !== "null") throw new S3Error("NotImplemented", "This object store keeps no versions.");
        await store.inTurn(bucket, key, async () => {
          const entry = store.bucket(bucket).objects.get(key);
          if (etag !== undefined && entry && etag !== "*" && entry.etag !== etag) throw new S3Error("PreconditionFailed");
          if (entry) await store.commit({ op: "delete", bucket, key });
        });
        return { Key: key, failure: null };
      } catch (error) {
        if (error instanceof S3Error) return { Key: key, failure: error };
        throw error;
      }
    }),
  );
  const content: Record<string, XmlContent> = {
    Deleted: quiet ? [] : outcomes.filter((o) => !o.failure).map(({ Key }) => ({ Key })),
    Error: outcomes.filter((o) => o.failure).map(({ Key, failure }) => ({ Key, Code: failure!.code, Message: failure!.message })),
  };
  return { status: 200, body: xmlDocument("DeleteResult", content) };
};
