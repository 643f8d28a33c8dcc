import type { Command } from "commander";
import { formatBytes } from "#lib/domain/units";
import { connect } from "../connection";
import { answer, table } from "../output";

type Options = { json?: boolean };

export function addBucketCommands(program: Command): void {
  const bucket = program.command("bucket").description("buckets of the object store");

  bucket
    .command("create")
    .argument("<name>")
    .option("--json", "print one JSON value")
    .description("make a bucket")
    .action(async (name: string, options: Options) => {
      const made = await connect().client.call("bucket.create", { bucket: name });
      answer(options, made, () => `Made the bucket ${made.bucket}. Fill it: npx lathe cp --recursive FOLDER s3://${made.bucket}/`);
    });

  bucket
    .command("ls")
    .option("--json", "print one JSON value")
    .description("list the buckets")
    .action(async (options: Options) => {
      const buckets = await connect().client.call("bucket.list");
      answer(
        options,
        buckets.map(({ bucket, objects, sizeBytes }) => ({ bucket, objects, sizeBytes })),
        () =>
          buckets.length === 0
            ? "No buckets yet. Make one: npx lathe bucket create NAME"
            : table([["BUCKET", "OBJECTS", "SIZE"], ...buckets.map((b) => [b.bucket, String(b.objects), formatBytes(b.sizeBytes)])]),
      );
    });
}
