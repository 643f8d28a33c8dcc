import path from "node:path";
import { runClient, type ForeignClientKind } from "./foreign-client";

const program = "/usr/bin/rclone";

export const rclone: ForeignClientKind = {
  name: "rclone",
  needs: program,
  debianPackage: "rclone",
  // It thinks in files and folders, where none is called "".
  cannotSay: (key) => key.includes("//") || key.endsWith("/"),
  open({ endpoint, accessKeyId, secretAccessKey, bucket, home }) {
    const env = {
      HOME: home,
      RCLONE_CONFIG: path.join(home, "rclone.conf"),
      RCLONE_CONFIG_LATHE_TYPE: "s3",
      RCLONE_CONFIG_LATHE_PROVIDER: "Other",
      RCLONE_CONFIG_LATHE_ENDPOINT: endpoint,
      RCLONE_CONFIG_LATHE_REGION: "us-east-1",
      RCLONE_CONFIG_LATHE_ACCESS_KEY_ID: accessKeyId,
      RCLONE_CONFIG_LATHE_SECRET_ACCESS_KEY: secretAccessKey,
    };
    // Parts of 5 MiB, so that a file over 16 MB goes in several.
    const rcl = (...args: string[]) => runClient(program, ["--retries=1", "--low-level-retries=1", "--s3-upload-cutoff=8M", ...args], env);
    const at = (key: string) => `lathe:${bucket}/${key}`;
    return {
      upload: async (file, key) => void (await rcl("copyto", file, at(key))),
      download: async (key, file) => void (await rcl("copyto", at(key), file)),
      list: async (prefix) => {
        const lines = (await rcl("lsf", "--recursive", "--files-only", at(prefix))).toString().split("\n").filter(Boolean);
        return lines.map((line) => `${prefix}/${line}`).sort();
      },
      syncUp: async (folder, prefix) => void (await rcl("sync", folder, at(prefix))),
      syncDown: async (prefix, folder) => void (await rcl("sync", at(prefix), folder)),
      copyTree: async (from, to) => void (await rcl("copy", at(from), at(to))),
      remove: async (key) => void (await rcl("deletefile", at(key))),
      range: (key, first, last) => rcl("cat", `--offset=${first}`, `--count=${last - first + 1}`, at(key)),
      putWithMetadata: async (file, key, metadata) =>
        void (await rcl("copyto", "--metadata", ...Object.entries(metadata).flatMap(([name, value]) => ["--metadata-set", `${name}=${value}`]), file, at(key))),
      presignGet: async (key) => (await rcl("link", "--expire=60s", at(key))).toString().trim(),
    };
  },
};
