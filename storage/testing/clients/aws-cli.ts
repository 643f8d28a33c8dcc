import { readFile } from "node:fs/promises";
import path from "node:path";
import { runClient, type ForeignClientKind } from "./foreign-client";

const program = "/usr/bin/aws";

export const awsCli: ForeignClientKind = {
  name: "aws-cli",
  needs: program,
  debianPackage: "awscli",
  open({ endpoint, accessKeyId, secretAccessKey, bucket, home }) {
    const env = {
      HOME: home,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CONFIG_FILE: path.join(home, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
    };
    const aws = (...args: string[]) => runClient(program, [...args, "--endpoint-url", endpoint], env);
    const s3api = (operation: string, key: string, ...more: string[]) => aws("s3api", operation, "--bucket", bucket, "--key", key, ...more);
    const url = (key: string) => `s3://${bucket}/${key}`;
    return {
      // `s3 cp` takes a key that ends in a slash for a folder.
      upload: async (file, key) => void (key.endsWith("/") ? await s3api("put-object", key, "--body", file) : await aws("s3", "cp", file, url(key), "--quiet")),
      download: async (key, file) => void (await s3api("get-object", key, file)),
      list: async (prefix) => {
        const out = await aws("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", prefix, "--query", "Contents[].Key", "--output", "json");
        return ((JSON.parse(out.toString()) as string[] | null) ?? []).sort();
      },
      syncUp: async (folder, prefix) => void (await aws("s3", "sync", folder, url(prefix), "--delete", "--quiet")),
      syncDown: async (prefix, folder) => void (await aws("s3", "sync", url(prefix), folder, "--delete", "--quiet")),
      copyTree: async (from, to) => void (await aws("s3", "cp", "--recursive", url(from), url(to), "--quiet")),
      remove: async (key) => void (await s3api("delete-object", key)),
      range: async (key, first, last) => {
        const file = path.join(home, "range");
        await s3api("get-object", key, "--range", `bytes=${first}-${last}`, file);
        return readFile(file);
      },
      putWithMetadata: async (file, key, metadata) => void (await s3api("put-object", key, "--body", file, "--metadata", JSON.stringify(metadata))),
      metadata: async (key) => (JSON.parse((await s3api("head-object", key)).toString()) as { Metadata: Record<string, string> }).Metadata,
      presignGet: async (key) => (await aws("s3", "presign", url(key), "--expires-in", "60")).toString().trim(),
    };
  },
};
