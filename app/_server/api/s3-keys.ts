import { createS3Key } from "#lib/data/create-s3-key";
import { deleteS3Key } from "#lib/data/delete-s3-key";
import { listS3Keys, type S3KeyOf } from "#lib/data/list-s3-keys";
import { LatheError } from "#lib/domain/errors";
import { allows } from "#lib/domain/role";
import type { S3Connection, S3Key, s3KeyOperations } from "#lib/protocol/s3-keys";
import { accessKeySecret, newAccessKeyId } from "#storage/access-keys";
import type { Config } from "../config";
import type { Call, Handlers } from "./call";
import { ok } from "./ok";

const dayMs = 24 * 3600 * 1000;

export const s3KeyHandlers: Handlers<keyof typeof s3KeyOperations> = {
  async "s3.connection"({ services }) {
    return connectionOf(services.config);
  },

  async "s3-key.list"(call) {
    const { services } = call;
    await services.s3Keys.sync();
    return (await listS3Keys(services.db, reach(call))).map(presentS3Key);
  },

  async "s3-key.create"({ services, access }, { label, grants, expiresInDays }) {
    if (!services.config.s3.embedded) throw storeIsExternal(services.config);
    const accessKeyId = newAccessKeyId();
    const { workspaceId } = access.workspace;
    const expiresAt = expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * dayMs);
    const key = await services.s3Keys.change(async (tx) => {
      await createS3Key(tx, { accessKeyId, workspaceId, createdById: access.user.id, label, grants, expiresAt });
      return (await listS3Keys(tx, { workspaceId, createdById: access.user.id })).find((one) => one.accessKeyId === accessKeyId)!;
    });
    return {
      key: presentS3Key(key),
      secretAccessKey: accessKeySecret(services.config.s3.secretAccessKey, accessKeyId),
      connection: connectionOf(services.config),
    };
  },

  async "s3-key.revoke"(call, { id }) {
    await call.services.s3Keys.change((tx) => deleteS3Key(tx, { accessKeyId: id, ...reach(call) }));
    return ok;
  },
};

/** An owner reaches every key of the workspace, others those that they made. */
function reach({ access }: Call): { workspaceId: string; createdById?: string } {
  const { workspaceId, role } = access.workspace;
  return { workspaceId, createdById: allows(role, "owner") ? undefined : access.user.id };
}

function connectionOf({ s3 }: Config): S3Connection {
  return { endpoint: s3.publicEndpoint, region: s3.region, embedded: s3.embedded };
}

function storeIsExternal({ s3 }: Config): LatheError {
  return new LatheError({
    code: "store_is_external",
    message: `The object store at ${new URL(s3.publicEndpoint).host} is not the one that comes with Lathe; Lathe makes no keys in it.`,
    nextStep: "Ask whoever runs that store for a key.",
    status: 409,
  });
}

function presentS3Key({ createdAt, lastUsedAt, expiresAt, ...key }: S3KeyOf): S3Key {
  return { ...key, createdAtMs: createdAt.getTime(), lastUsedAtMs: lastUsedAt?.getTime() ?? null, expiresAtMs: expiresAt?.getTime() ?? null };
}
