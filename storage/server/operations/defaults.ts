import { S3Error, type S3Code } from "../errors";
import { xmlDocument } from "../xml";
import type { AtBucket, AtObject, Operation } from "./context";
import { findVersion } from "./find-version";
import { owner } from "./listing";

/**
 * What clients ask of a bucket or object although they never set it, answered as S3 does where nothing was set: the
 * owner may do everything, and there is no policy, encryption, website … Setting any of it is NotImplemented.
 */
const grant = `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${owner.ID}</ID><DisplayName>${owner.DisplayName}</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>`;
// The one element with attributes that S3 has.
const privateAcl = xmlDocument("AccessControlPolicy", { Owner: owner, AccessControlList: "" }).replace("<AccessControlList>", (open) => open + grant);

export const getBucketAcl: Operation<AtBucket> = ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  return { status: 200, body: privateAcl };
};

export const getObjectAcl: Operation<AtObject> = ({ store }, request, { bucket, key }) => {
  findVersion(store.bucket(bucket), key, request.query.get("versionId"));
  return { status: 200, body: privateAcl };
};

const answered = (root: string, content: Parameters<typeof xmlDocument>[1]): Operation<AtBucket> => ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  return { status: 200, body: xmlDocument(root, content) };
};

const missing = (code: S3Code): Operation<AtBucket> => ({ store }, _request, { bucket }) => {
  store.bucket(bucket);
  throw new S3Error(code);
};

/** By METHOD and choosing word, as the route has them. */
export const bucketDefaults: Record<string, Operation<AtBucket>> = {
  "GET acl": getBucketAcl,
  "GET ownershipControls": answered("OwnershipControls", { Rule: { ObjectOwnership: "BucketOwnerEnforced" } }),
  "GET policyStatus": answered("PolicyStatus", { IsPublic: false }),
  "GET requestPayment": answered("RequestPaymentConfiguration", { Payer: "BucketOwner" }),
  "GET logging": answered("BucketLoggingStatus", {}),
  "GET notification": answered("NotificationConfiguration", {}),
  "GET accelerate": answered("AccelerateConfiguration", {}),
  "GET policy": missing("NoSuchBucketPolicy"),
  "GET publicAccessBlock": missing("NoSuchPublicAccessBlockConfiguration"),
  "GET encryption": missing("ServerSideEncryptionConfigurationNotFoundError"),
  "GET object-lock": missing("ObjectLockConfigurationNotFoundError"),
  "GET replication": missing("ReplicationConfigurationNotFoundError"),
  "GET website": missing("NoSuchWebsiteConfiguration"),
};
