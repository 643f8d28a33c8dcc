import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { presigner } from "./presign";

const at = new Date("2026-11-27T07:00:00.123Z");
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

describe.each(["http://127.0.0.1:9000", "https://s3.example.com", "https://example.com/store/"])("at %s", (endpoint) => {
  const sign = presigner({ endpoint, region: "eu-west-1", ...keys });
  const client = new S3Client({ endpoint, region: "eu-west-1", credentials: keys, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" });

  it.each(["plain.jpg", "冰淇淋/二 号.jpg", "a+b&c=d?e#f%20~!*'()", "a//b/", "😀/\u00e9"])("the SDK signs the same for %j", async (key) => {
    const download = { ResponseContentType: "text/plain; charset=utf-8", ResponseContentDisposition: "attachment; filename*=UTF-8''%E4%B8%80" };
    const theirs = new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: "food", Key: key, ...download }), { expiresIn: 60, signingDate: at }));
    const query = { "x-id": "GetObject", "response-content-type": download.ResponseContentType, "response-content-disposition": download.ResponseContentDisposition };
    const theirNames = [...theirs.searchParams.keys()];
    const checksum = theirNames.includes("x-amz-checksum-mode") ? { "x-amz-checksum-mode": "ENABLED" } : {};
    const ours = new URL(sign({ method: "GET", bucket: "food", key, query: { ...query, ...checksum }, expiresInSeconds: 60 }, at));
    expect(parts(ours)).toEqual(parts(theirs));

    const command = new PutObjectCommand({ Bucket: "food", Key: key, ContentType: "image/jpeg", ContentLength: 20_000 });
    const signableHeaders = new Set(["host", "content-type", "content-length"]);
    const put = new URL(await getSignedUrl(client, command, { expiresIn: 60, signingDate: at, signableHeaders }));
    const headers = { "content-type": "image/jpeg", "content-length": "20000" };
    expect(parts(new URL(sign({ method: "PUT", bucket: "food", key, headers, query: { "x-id": "PutObject" }, expiresInSeconds: 60 }, at)))).toEqual(parts(put));
  });
});

function parts(url: URL) {
  return { place: url.origin + url.pathname, query: Object.fromEntries([...url.searchParams].sort()) };
}
