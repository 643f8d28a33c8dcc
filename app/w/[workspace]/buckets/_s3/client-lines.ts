/** What an S3 client needs; where no key was made yet, words that say what belongs there. */
export type S3Access = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string; bucket: string };

export const s3Tools = ["aws", "s3cmd", "rclone", "boto3", "js"] as const;
export type S3Tool = (typeof s3Tools)[number];

/** To be pasted as it is: into a shell, or for boto3 and JavaScript into a file. */
export const clientLines: Record<S3Tool, (access: S3Access) => string> = {
  // The endpoint stands on the line too: aws-cli reads it from its settings only from version 2.13 on.
  aws: ({ endpoint, region, accessKeyId, secretAccessKey, bucket }) =>
    [
      `aws configure set aws_access_key_id ${accessKeyId} --profile lathe`,
      `aws configure set aws_secret_access_key ${secretAccessKey} --profile lathe`,
      `aws configure set region ${region} --profile lathe`,
      `aws configure set s3.addressing_style path --profile lathe`,
      `aws --profile lathe --endpoint-url ${endpoint} s3 ls s3://${bucket}`,
    ].join("\n"),

  s3cmd: ({ endpoint, region, accessKeyId, secretAccessKey, bucket }) => {
    const { host, protocol } = new URL(endpoint);
    return [
      `(umask 077; cat > ~/.s3cfg-lathe) <<'END'`,
      `[default]`,
      `access_key = ${accessKeyId}`,
      `secret_key = ${secretAccessKey}`,
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      `bucket_location = ${region}`,
      `use_https = ${protocol === "https:" ? "True" : "False"}`,
      `END`,
      `s3cmd -c ~/.s3cfg-lathe ls s3://${bucket}`,
    ].join("\n");
  },

  rclone: ({ endpoint, region, accessKeyId, secretAccessKey, bucket }) =>
    [
      `rclone config create lathe s3 provider=Other endpoint=${endpoint} region=${region} \\`,
      `  access_key_id=${accessKeyId} secret_access_key=${secretAccessKey} \\`,
      `  force_path_style=true no_check_bucket=true`,
      `rclone lsf lathe:${bucket}`,
    ].join("\n"),

  boto3: ({ endpoint, region, accessKeyId, secretAccessKey, bucket }) =>
    [
      `import boto3`,
      `from botocore.config import Config`,
      ``,
      `s3 = boto3.client(`,
      `    "s3",`,
      `    endpoint_url="${endpoint}",`,
      `    region_name="${region}",`,
      `    aws_access_key_id="${accessKeyId}",`,
      `    aws_secret_access_key="${secretAccessKey}",`,
      `    config=Config(s3={"addressing_style": "path"}),`,
      `)`,
      `for item in s3.list_objects_v2(Bucket="${bucket}").get("Contents", []):`,
      `    print(item["Key"], item["Size"])`,
    ].join("\n"),

  js: ({ endpoint, region, accessKeyId, secretAccessKey, bucket }) =>
    [
      `import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";`,
      ``,
      `const s3 = new S3Client({`,
      `  endpoint: "${endpoint}",`,
      `  region: "${region}",`,
      `  forcePathStyle: true,`,
      `  credentials: { accessKeyId: "${accessKeyId}", secretAccessKey: "${secretAccessKey}" },`,
      `});`,
      `const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "${bucket}" }));`,
      `for (const { Key, Size } of Contents) console.log(Key, Size);`,
    ].join("\n"),
};
