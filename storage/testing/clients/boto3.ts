import path from "node:path";
import { runClient, type ForeignClientKind } from "./foreign-client";

const script = path.join(import.meta.dirname, "boto3_client.py");

export const boto3: ForeignClientKind = {
  name: "boto3",
  needs: "/usr/lib/python3/dist-packages/boto3/__init__.py",
  debianPackage: "python3-boto3",
  open({ endpoint, accessKeyId, secretAccessKey, bucket, home }) {
    const env = {
      HOME: home,
      ENDPOINT: endpoint,
      BUCKET: bucket,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CONFIG_FILE: path.join(home, "none"),
    };
    const call = async <T>(operation: string, ...args: string[]): Promise<T> => JSON.parse((await runClient("/usr/bin/python3", [script, operation, ...args], env)).toString()) as T;
    return {
      upload: (file, key) => call("upload", file, key),
      download: (key, file) => call("download", key, file),
      list: (prefix) => call("list", prefix),
      syncUp: (folder, prefix) => call("sync-up", folder, prefix),
      syncDown: (prefix, folder) => call("sync-down", prefix, folder),
      copyTree: (from, to) => call("copy-tree", from, to),
      remove: (key) => call("remove", key),
      range: async (key, first, last) => Buffer.from(await call<string>("range", key, String(first), String(last)), "base64"),
      putWithMetadata: (file, key, metadata) => call("put-with-metadata", file, key, JSON.stringify(metadata)),
      metadata: (key) => call("metadata", key),
      presignGet: (key) => call("presign-get", key),
      presignPut: (key) => call("presign-put", key),
    };
  },
};
