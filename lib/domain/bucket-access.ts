import { allows, type Role } from "./role";

/** What an access key of the object store may do in a bucket; writing includes reading and deleting objects. */
export const bucketAccesses = ["read", "write"] as const;
export type BucketAccess = (typeof bucketAccesses)[number];

export function includesAccess(has: BucketAccess, needs: BucketAccess): boolean {
  return bucketAccesses.indexOf(has) >= bucketAccesses.indexOf(needs);
}

/** A key does no more than whoever made it may do now: what an editor was given shrinks when they become a viewer. */
export function accessOfRole(role: Role, asked: BucketAccess): BucketAccess {
  return allows(role, "editor") ? asked : "read";
}
