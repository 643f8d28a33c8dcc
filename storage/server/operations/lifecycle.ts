import { randomBytes } from "node:crypto";
import type { LifecycleRule, Tag } from "../entries";
import { S3Error } from "../errors";
import { parseXml, xmlDocument, xmlElement, xmlList, xmlText, type XmlContent, type XmlNode } from "../xml";
import type { AtBucket, Operation } from "./context";
import { receiveXml } from "./intake";

const maxRules = 1000;
const maxDays = 2 ** 31 - 1;
const dayMs = 24 * 3600 * 1000;

export const getBucketLifecycle: Operation<AtBucket> = ({ store }, _request, { bucket }) => {
  const { lifecycle } = store.bucket(bucket).config;
  if (!lifecycle) throw new S3Error("NoSuchLifecycleConfiguration");
  return { status: 200, body: xmlDocument("LifecycleConfiguration", { Rule: lifecycle.map(contentOf) }) };
};

export const putBucketLifecycle: Operation<AtBucket> = async ({ store }, request, { bucket }) => {
  store.bucket(bucket);
  await store.commit({ op: "config", bucket, name: "lifecycle", value: parseLifecycle(await receiveXml(request)) });
  return { status: 200 };
};

export const deleteBucketLifecycle: Operation<AtBucket> = async ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  await store.commit({ op: "config", bucket, name: "lifecycle", value: null });
  return { status: 204 };
};

type Element = Record<string, XmlNode | XmlNode[]>;

/** @throws S3Error MalformedXML, InvalidArgument, InvalidRequest; NotImplemented for moving objects to other storage classes */
export function parseLifecycle(text: string): LifecycleRule[] {
  const rules = xmlList(parseXml(text, "LifecycleConfiguration").Rule).map((node) => ruleOf(xmlElement(node)));
  if (rules.length === 0 || rules.length > maxRules) throw new S3Error("MalformedXML", `Give 1 to ${maxRules} rules.`);
  const ids = rules.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new S3Error("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule");
  return rules;
}

function ruleOf(element: Element): LifecycleRule {
  const known = ["ID", "Prefix", "Filter", "Status", "Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload", "Transition", "NoncurrentVersionTransition"];
  const unknown = Object.keys(element).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new S3Error("MalformedXML", `A Rule has no ${unknown.slice(0, 60)}.`);
  if (element.Transition !== undefined || element.NoncurrentVersionTransition !== undefined) throw new S3Error("NotImplemented", "This object store has one storage class: rules can only expire.");
  const id = xmlText(element.ID)?.trim() || randomBytes(16).toString("hex");
  if (id.length > 255) throw new S3Error("InvalidArgument", "ID length should not exceed allowed limit of 255");
  const status = xmlText(element.Status)?.trim();
  if (status !== "Enabled" && status !== "Disabled") throw new S3Error("MalformedXML", "Status must be Enabled or Disabled.");
  if (element.Filter !== undefined && element.Prefix !== undefined) throw new S3Error("MalformedXML", "A Rule has a Filter or a Prefix, not both.");
  const filter = filterOf(element);
  const expiration = expirationOf(element.Expiration);
  const noncurrent = noncurrentOf(element.NoncurrentVersionExpiration);
  const abort = element.AbortIncompleteMultipartUpload;
  const abortUploadsAfterDays = abort === undefined ? undefined : daysOf(child(abort).DaysAfterInitiation, "DaysAfterInitiation");
  if (!expiration && !noncurrent && abortUploadsAfterDays === undefined) throw new S3Error("InvalidRequest", "At least one action needs to be specified in a rule.");
  if (filter.tags.length > 0 && (abortUploadsAfterDays !== undefined || expiration?.expiredDeleteMarkers)) {
    throw new S3Error("InvalidRequest", "Neither uploads nor delete markers have tags: give them a rule without a tag in its filter.");
  }
  return { id, enabled: status === "Enabled", filter, expiration, noncurrent, abortUploadsAfterDays };
}

function filterOf({ Filter, Prefix }: Element): LifecycleRule["filter"] {
  const none = { prefix: xmlText(Prefix) ?? "", tags: [] };
  if (Filter === undefined || Filter === "") return none;
  const element = child(Filter);
  const names = Object.keys(element);
  if (names.length > 1) throw new S3Error("MalformedXML", "A Filter has one condition; several go into And.");
  const conditions = element.And === undefined ? element : child(element.And);
  const tags = xmlList(conditions.Tag).map((node): Tag => {
    const { Key, Value } = xmlElement(node);
    const key = xmlText(Key);
    if (!key) throw new S3Error("MalformedXML", "A Tag needs a Key.");
    return { key, value: xmlText(Value) ?? "" };
  });
  const size = (name: string) => {
    const text = xmlText(conditions[name])?.trim();
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw new S3Error("InvalidArgument", `${name} must be a number of bytes.`);
    return Number(text);
  };
  return { prefix: xmlText(conditions.Prefix) ?? "", tags, largerThanBytes: size("ObjectSizeGreaterThan"), smallerThanBytes: size("ObjectSizeLessThan") };
}

function expirationOf(node: XmlNode | XmlNode[] | undefined): LifecycleRule["expiration"] {
  if (node === undefined) return undefined;
  const { Days, Date: date, ExpiredObjectDeleteMarker } = child(node);
  if ([Days, date, ExpiredObjectDeleteMarker].filter((one) => one !== undefined).length !== 1) throw new S3Error("MalformedXML", "An Expiration has Days, a Date or ExpiredObjectDeleteMarker.");
  if (Days !== undefined) return { days: daysOf(Days, "Days") };
  if (date !== undefined) {
    const atMs = Date.parse(xmlText(date)?.trim() ?? "");
    if (Number.isNaN(atMs)) throw new S3Error("MalformedXML", "Date must be an ISO 8601 date.");
    if (atMs % dayMs !== 0) throw new S3Error("InvalidArgument", "'Date' must be at midnight GMT");
    return { atMs };
  }
  const marker = xmlText(ExpiredObjectDeleteMarker)?.trim();
  if (marker !== "true" && marker !== "false") throw new S3Error("MalformedXML", "ExpiredObjectDeleteMarker must be true or false.");
  return { expiredDeleteMarkers: marker === "true" };
}

function noncurrentOf(node: XmlNode | XmlNode[] | undefined): LifecycleRule["noncurrent"] {
  if (node === undefined) return undefined;
  const { NoncurrentDays, NewerNoncurrentVersions } = child(node);
  const days = daysOf(NoncurrentDays, "NoncurrentDays");
  if (NewerNoncurrentVersions === undefined) return { days };
  const keep = daysOf(NewerNoncurrentVersions, "NewerNoncurrentVersions");
  if (keep > 100) throw new S3Error("InvalidArgument", "NewerNoncurrentVersions must be 1 to 100.");
  return { days, keep };
}

function daysOf(node: XmlNode | XmlNode[] | undefined, name: string): number {
  const text = xmlText(node)?.trim();
  if (text === undefined) throw new S3Error("MalformedXML", `${name} is missing.`);
  if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > maxDays) throw new S3Error("InvalidArgument", `'${name}' must be a positive integer`);
  return Number(text);
}

function child(node: XmlNode | XmlNode[]): Element {
  if (Array.isArray(node)) throw new S3Error("MalformedXML");
  return xmlElement(node);
}

function contentOf({ id, enabled, filter, expiration, noncurrent, abortUploadsAfterDays }: LifecycleRule): XmlContent {
  const conditions = {
    Prefix: filter.prefix === "" ? undefined : filter.prefix,
    Tag: filter.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ObjectSizeGreaterThan: filter.largerThanBytes,
    ObjectSizeLessThan: filter.smallerThanBytes,
  };
  const count = filter.tags.length + [conditions.Prefix, filter.largerThanBytes, filter.smallerThanBytes].filter((one) => one !== undefined).length;
  const { days, atMs, expiredDeleteMarkers } = expiration ?? {};
  return {
    ID: id,
    Filter: count > 1 ? { And: conditions } : count === 0 ? { Prefix: "" } : conditions,
    Status: enabled ? "Enabled" : "Disabled",
    Expiration: expiration && { Days: days, Date: atMs === undefined ? undefined : new Date(atMs).toISOString(), ExpiredObjectDeleteMarker: expiredDeleteMarkers },
    NoncurrentVersionExpiration: noncurrent && { NoncurrentDays: noncurrent.days, NewerNoncurrentVersions: noncurrent.keep },
    AbortIncompleteMultipartUpload: abortUploadsAfterDays === undefined ? undefined : { DaysAfterInitiation: abortUploadsAfterDays },
  };
}
