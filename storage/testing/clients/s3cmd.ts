import { writeFileSync } from "node:fs";
import path from "node:path";
import { runClient, type ForeignClientKind } from "./foreign-client";

const program = "/usr/bin/s3cmd";

export const s3cmd: ForeignClientKind = {
  name: "s3cmd",
  needs: program,
  debianPackage: "s3cmd",
  // It takes a key that ends in a slash for a folder to put the file into. Its signed addresses are of version 2: refused.
  cannotSay: (key) => key.endsWith("/"),
  open({ endpoint, accessKeyId, secretAccessKey, bucket, home }) {
    const config = path.join(home, "s3cfg");
    const { host } = new URL(endpoint);
    writeFileSync(
      config,
      ["[default]", `access_key = ${accessKeyId}`, `secret_key = ${secretAccessKey}`, `host_base = ${host}`, `host_bucket = ${host}`, "use_https = False", "bucket_location = us-east-1", ""].join("\n"),
      { mode: 0o600 },
    );
    const s3 = (...args: string[]) => runClient(program, ["--config", config, "--no-progress", ...args], { HOME: home });
    const url = (key: string) => `s3://${bucket}/${key}`;
    return {
      upload: async (file, key) => void (await s3("put", file, url(key))),
      download: async (key, file) => void (await s3("get", "--force", url(key), file)),
      list: async (prefix) => {
        const lines = (await s3("ls", "--recursive", url(prefix))).toString().split("\n").filter(Boolean);
        return lines.map((line) => line.slice(line.indexOf(url("")) + url("").length)).sort();
      },
      syncUp: async (folder, prefix) => void (await s3("sync", "--delete-removed", `${folder}/`, url(`${prefix}/`))),
      syncDown: async (prefix, folder) => void (await s3("sync", "--delete-removed", url(`${prefix}/`), `${folder}/`)),
      copyTree: async (from, to) => void (await s3("cp", "--recursive", url(`${from}/`), url(`${to}/`))),
      remove: async (key) => void (await s3("del", url(key))),
      putWithMetadata: async (file, key, metadata) =>
        void (await s3("put", ...Object.entries(metadata).map(([name, value]) => `--add-header=x-amz-meta-${name}:${value}`), file, url(key))),
      metadata: async (key) => {
        const lines = (await s3("info", url(key))).toString().split("\n");
        return Object.fromEntries(lines.flatMap((line) => {
          const match = /^\s*x-amz-meta-([^:]+):\s*(.*)$/.exec(line);
          return match && match[1] !== "s3cmd-attrs" ? [[match[1]!, match[2]!]] : [];
        }));
      },
    };
  },
};
