import { randomBytes } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** prefix + "_" + 16 characters of base32: 80 random bits. */
function newId(prefix: string): string {
  let id = "";
  for (const byte of randomBytes(16)) id += alphabet[byte & 31];
  return `${prefix}_${id}`;
}

export const newUserId = () => newId("usr");
export const newWorkspaceId = () => newId("wsp");
export const newDatasetId = () => newId("dst");
export const newDatasetVersionId = () => newId("dsv");
export const newJobId = () => newId("job");
export const newModelId = () => newId("mdl");
export const newModelVersionId = () => newId("mdv");
export const newEndpointId = () => newId("end");
export const newDeploymentId = () => newId("dep");
export const newRunnerId = () => newId("run");
export const newVersionDiffId = () => newId("vdf");
