import type { Tag } from "../entries";
import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText } from "../xml";

/** S3's bounds. */
const maxTagsOf = { object: 10, bucket: 50 };
const maxKeyLength = 128;
const maxValueLength = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a `Tagging` document. @throws S3Error MalformedXML, InvalidTag, BadRequest */
export function parseTagging(text: string, of: keyof typeof maxTagsOf): Tag[] {
  const set = parseXml(text, "Tagging").TagSet;
  if (set === undefined) throw new S3Error("MalformedXML");
  const nodes = set === "" ? [] : xmlList(xmlElement(xmlList(set)[0]!).Tag);
  return checkTags(
    nodes.map((node) => {
      const { Key, Value } = xmlElement(node);
      const key = xmlText(Key);
      const value = xmlText(Value);
      if (key === undefined || value === undefined) throw new S3Error("MalformedXML", "Every Tag needs a Key and a Value.");
      return { key, value };
    }),
    of,
  );
}

/** The tags of an x-amz-tagging header: `a=1&b=2`, encoded as a query is. */
export function parseTaggingHeader(text: string): Tag[] {
  const invalid = () => new S3Error("InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");
  const tags = text.split("&").filter(Boolean).map((pair) => {
    const equals = pair.indexOf("=");
    const plain = (part: string) => decodeURIComponent(part.replaceAll("+", "%20"));
    try {
      return { key: plain(equals < 0 ? pair : pair.slice(0, equals)), value: equals < 0 ? "" : plain(pair.slice(equals + 1)) };
    } catch {
      throw invalid();
    }
  });
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw invalid();
  return checkTags(tags, "object");
}

function checkTags(tags: Tag[], of: keyof typeof maxTagsOf): Tag[] {
  if (tags.length > maxTagsOf[of]) throw new S3Error("BadRequest", `${of === "object" ? "Object" : "Bucket"} tags cannot be greater than ${maxTagsOf[of]}`);
  for (const { key, value } of tags) {
    if (key === "" || key.length > maxKeyLength || !allowed.test(key)) throw new S3Error("InvalidTag", "The TagKey you have provided is invalid");
    if (value.length > maxValueLength || !allowed.test(value)) throw new S3Error("InvalidTag", "The TagValue you have provided is invalid");
  }
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
  return tags;
}

export function taggingDocument(tags: readonly Tag[]): string {
  return xmlDocument("Tagging", { TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) } });
}
