import { InvalidArgumentError, type Command } from "commander";
import { bucketAccesses, type BucketAccess } from "#lib/domain/bucket-access";
import { connect } from "../connection";
import { UsageError } from "../failure";
import { wholeNumber } from "../options";
import { answer, relativeTime, table } from "../output";

type Grant = { bucket: string; access: BucketAccess };
type CreateOptions = { json?: boolean; bucket: Grant[]; expiresInDays?: number };

export function addS3KeyCommands(program: Command): void {
  const key = program.command("s3-key").description("access keys of the object store, for aws-cli, rclone and other S3 clients");

  key
    .command("create")
    .argument("<label>", "what it is for, to know it again")
    .option("--bucket <name[:access]>", "a bucket, with :read or :write (default read); may be given again", addGrant, [])
    .option("--expires-in-days <n>", "when it stops working; never by default", wholeNumber(1, 3650))
    .option("--json", "print one JSON value")
    .description("make a key; its secret is shown this once")
    .action(async (label: string, options: CreateOptions) => {
      if (options.bucket.length === 0) throw new UsageError("say which buckets the key reaches: --bucket NAME:read or --bucket NAME:write.");
      const made = await connect().client.call("s3-key.create", { label, grants: options.bucket, expiresInDays: options.expiresInDays });
      const { accessKeyId, grants, expiresAtMs } = made.key;
      const { endpoint, region } = made.connection;
      answer(options, { accessKeyId, secretAccessKey: made.secretAccessKey, endpoint, region, grants, expiresAtMs }, () =>
        [
          "The secret is shown this once; copy it now. In a shell:",
          "",
          `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
          `export AWS_SECRET_ACCESS_KEY=${made.secretAccessKey}`,
          `export AWS_DEFAULT_REGION=${region}`,
          `aws --endpoint-url ${endpoint} s3 ls s3://${grants[0]!.bucket}`,
        ].join("\n"),
      );
    });

  key
    .command("ls")
    .option("--json", "print one JSON value")
    .description("list the keys: an owner sees the workspace's, others their own")
    .action(async (options: { json?: boolean }) => {
      const keys = await connect().client.call("s3-key.list");
      answer(options, keys, () =>
        keys.length === 0
          ? "No S3 access keys yet. Make one: npx lathe s3-key create LABEL --bucket NAME:read"
          : table([
              ["ID", "LABEL", "BUCKETS", "MADE BY", "LAST USED", "EXPIRES"],
              ...keys.map((one) => [
                one.accessKeyId,
                one.label,
                one.grants.map(({ bucket, access }) => `${bucket}:${access}`).join(" ") || "none",
                one.createdBy.name,
                one.lastUsedAtMs === null ? "never" : relativeTime(one.lastUsedAtMs),
                one.expiresAtMs === null ? "never" : new Date(one.expiresAtMs).toISOString().slice(0, 10),
              ]),
            ]),
      );
    });

  key
    .command("revoke")
    .argument("<id>", "its access key id")
    .option("--json", "print one JSON value")
    .description("revoke a key: it opens nothing from now on")
    .action(async (id: string, options: { json?: boolean }) => {
      await connect().client.call("s3-key.revoke", { id });
      answer(options, { accessKeyId: id }, () => `Revoked ${id}.`);
    });
}

function addGrant(text: string, before: Grant[]): Grant[] {
  const [bucket = "", word = "read", ...more] = text.split(":");
  const access = bucketAccesses.find((one) => one === word);
  if (bucket === "" || !access || more.length > 0) throw new InvalidArgumentError("NAME, NAME:read or NAME:write is needed.");
  return [...before, { bucket, access }];
}
