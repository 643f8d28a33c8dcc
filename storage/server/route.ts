import { S3Error } from "./errors";
import { getObjectAttributes } from "./operations/attributes";
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./operations/buckets";
import type { AtBucket, AtObject, Operation } from "./operations/context";
import { copyObject } from "./operations/copy";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./operations/cors";
import { bucketDefaults, getObjectAcl } from "./operations/defaults";
import { deleteObjects } from "./operations/delete-objects";
import { deleteBucketLifecycle, getBucketLifecycle, putBucketLifecycle } from "./operations/lifecycle";
import { listParts, listUploads } from "./operations/list-uploads";
import { listObjects, listObjectsV2 } from "./operations/listing";
import { deleteBucketTagging, deleteObjectTagging, getBucketTagging, getObjectTagging, putBucketTagging, putObjectTagging } from "./operations/tagging";
import { getBucketVersioning, listObjectVersions, putBucketVersioning } from "./operations/versioning";
import { abortUpload, completeUpload, createUpload, uploadPart, uploadPartCopy } from "./operations/multipart";
import { deleteObject, getObject, headObject, putObject } from "./operations/objects";
import type { Context } from "./operations/context";
import type { Answer, S3Request } from "./request";

/** Words in the query that choose an operation. Those without one here are answered NotImplemented, never ignored. */
const choosing = new Set([
  "accelerate", "acl", "analytics", "append", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle",
  "list-type", "location", "logging", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "partNumber", "policy",
  "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent",
  "uploadId", "uploads", "versionId", "versioning", "versions", "website",
]);

const versioned = new Set(["GET", "HEAD", "DELETE"]);

/** METHOD and the choosing words in alphabetical order; `copy` stands for x-amz-copy-source. */
const ofService: Record<string, Operation<object>> = { GET: listBuckets };

const ofBucket: Record<string, Operation<AtBucket>> = {
  PUT: createBucket,
  HEAD: headBucket,
  DELETE: deleteBucket,
  GET: listObjects,
  "GET list-type": listObjectsV2,
  "GET location": getBucketLocation,
  "GET uploads": listUploads,
  "GET versioning": getBucketVersioning,
  "PUT versioning": putBucketVersioning,
  "GET versions": listObjectVersions,
  "GET cors": getBucketCors,
  "PUT cors": putBucketCors,
  "DELETE cors": deleteBucketCors,
  "POST delete": deleteObjects,
  "GET tagging": getBucketTagging,
  "PUT tagging": putBucketTagging,
  "DELETE tagging": deleteBucketTagging,
  "GET lifecycle": getBucketLifecycle,
  "PUT lifecycle": putBucketLifecycle,
  "DELETE lifecycle": deleteBucketLifecycle,
  ...bucketDefaults,
};

const ofObject: Record<string, Operation<AtObject>> = {
  PUT: putObject,
  "PUT copy": copyObject,
  GET: getObject,
  HEAD: headObject,
  "GET partNumber": getObject,
  "HEAD partNumber": headObject,
  "GET attributes": getObjectAttributes,
  DELETE: deleteObject,
  "GET tagging": getObjectTagging,
  "PUT tagging": putObjectTagging,
  "DELETE tagging": deleteObjectTagging,
  "GET acl": getObjectAcl,
  "POST uploads": createUpload,
  "PUT partNumber uploadId": uploadPart,
  "PUT copy partNumber uploadId": uploadPartCopy,
  "GET uploadId": listParts,
  "POST uploadId": completeUpload,
  "DELETE uploadId": abortUpload,
};

/** @throws S3Error NotImplemented for every operation of S3 that is not listed here */
export function route(context: Context, request: S3Request): Promise<Answer> | Answer {
  const { bucket, key } = request.target;
  const method = request.message.method ?? "";
  const words = [...request.query.keys()].filter((name) => choosing.has(name));
  if (request.header("x-amz-copy-source") !== undefined && method === "PUT") words.push("copy");
  // Which version is no other operation: those that know of none look at the name no further.
  const named = words.filter((name) => !(name === "versionId" && key !== null && (versioned.has(method) || words.includes("tagging")))).sort();
  const name = [method, ...named].join(" ");
  const unknown = () => new S3Error("NotImplemented", `This object store does not do "${name}" on ${key !== null ? "an object" : bucket !== null ? "a bucket" : "the service"}.`);
  if (bucket === null) return run(ofService[name], {});
  if (key === null) return run(ofBucket[name], { bucket });
  return run(ofObject[name], { bucket, key });

  function run<Where>(operation: Operation<Where> | undefined, where: Where): Promise<Answer> | Answer {
    if (!operation) throw unknown();
    if (name === "GET list-type" && request.query.get("list-type") !== "2") throw new S3Error("InvalidArgument", "list-type can only be 2.");
    return operation(context, request, where);
  }
}
