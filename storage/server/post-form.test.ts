import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readObject } from "../read-object";
import type { S3Store } from "../s3-store";
import { send, type RawAnswer } from "../testing/signed-request";
import { startTestStore, type TestStore } from "../testing/test-store";
import { sign, signingKey } from "./auth/signature";

let server: TestStore;
let store: S3Store;
beforeAll(async () => {
  server = await startTestStore();
  store = server.client();
  await store.createBucket("forms");
});
afterAll(async () => {
  store.close();
  expect(server.lines).toEqual([]);
  await server.remove();
});

type Form = {
  fields?: Record<string, string | null>;
  conditions?: unknown[];
  expiresInMs?: number;
  file?: string | Buffer;
  fileName?: string;
  after?: string;
  policy?: string;
};

const always = [{ bucket: "forms" }, ["starts-with", "$key", "up/"]];

/** A form as a page makes it whose server signed the policy. */
function post({ fields = {}, conditions = [], expiresInMs = 60_000, file = "hello", fileName = "a b.txt", after = "", policy: given }: Form): Promise<RawAnswer> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { date: time.slice(0, 8), region: "us-east-1" };
  const signed: Record<string, string> = {
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${server.accessKeyId}/${scope.date}/us-east-1/s3/aws4_request`,
    "x-amz-date": time,
  };
  const text = given ?? JSON.stringify({ expiration: new Date(Date.now() + expiresInMs).toISOString(), conditions: [...always, ...Object.entries(signed).map(([k, v]) => ({ [k]: v })), ...conditions] });
  const policy = Buffer.from(text).toString("base64");
  const all = { key: "up/${filename}", ...signed, policy, "x-amz-signature": sign(signingKey(server.secretAccessKey, scope), policy), ...fields };
  return send(server.endpoint, { method: "POST", path: "/forms", ...multipart(all, file, fileName, after) });
}

function multipart(fields: Record<string, string | null>, file: string | Buffer | null, fileName = "x", after = "") {
  const parts = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`--BOUND\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`]));
  const head = file === null ? "" : `--BOUND\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/x-mine\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(parts.join("") + head), Buffer.from(file ?? ""), Buffer.from(`${file === null ? "" : "\r\n"}${after}--BOUND--\r\n`)]);
  return { body, headers: { "content-type": "multipart/form-data; boundary=BOUND", "content-length": String(body.length) } };
}

describe("a browser's form", () => {
  it("puts its file under its key, with the file's name and type", async () => {
    const answer = await post({});
    expect(answer).toMatchObject({ status: 204, headers: { etag: '"5d41402abc4b2a76b9719d911017c592"', location: `${server.endpoint}/forms/up/a%20b.txt` } });
    expect((await readObject(store, "forms", "up/a b.txt", 100)).toString()).toBe("hello");
    expect(await store.head("forms", "up/a b.txt")).toMatchObject({ contentType: "text/x-mine" });
  });

  it("may name type, metadata and a checksum where the policy allows them", async () => {
    const conditions = [["starts-with", "$Content-Type", "image/"], { "x-amz-meta-tag": "1" }, ["starts-with", "$x-amz-checksum-crc32", ""]];
    const fields = { key: "up/typed", "Content-Type": "image/png", "x-amz-meta-tag": "1", "x-amz-checksum-crc32": "NhCmhg==" };
    expect(await post({ fields, conditions })).toMatchObject({ status: 204 });
    expect(await store.head("forms", "up/typed")).toMatchObject({ contentType: "image/png" });
    const wrong = { ...fields, key: "up/wrong", "x-amz-checksum-crc32": "AAAAAA==" };
    expect(await post({ fields: wrong, conditions })).toMatchObject({ status: 400, code: "BadDigest" });
    expect(await store.head("forms", "up/wrong")).toBeNull();
  });

  it("is answered as it asks", async () => {
    const status = ["starts-with", "$success_action_status", ""];
    expect(await post({ fields: { success_action_status: "200" }, conditions: [status] })).toMatchObject({ status: 200, text: "" });
    const created = await post({ fields: { key: "up/<201>", success_action_status: "201" }, conditions: [status] });
    expect(created).toMatchObject({ status: 201 });
    expect(created.text).toContain("<Bucket>forms</Bucket><Key>up/&lt;201&gt;</Key>");
    expect(await post({ fields: { success_action_status: "500" }, conditions: [status] })).toMatchObject({ status: 204 });
    const to = "http://pages.test/done?x=1";
    const redirected = await post({ fields: { success_action_redirect: to }, conditions: [{ success_action_redirect: to }] });
    expect(redirected).toMatchObject({ status: 303, headers: { location: `${to}&bucket=forms&key=up%2Fa+b.txt&etag=%225d41402abc4b2a76b9719d911017c592%22` } });
    const script = "javascript:alert(1)";
    expect(await post({ fields: { success_action_redirect: script }, conditions: [{ success_action_redirect: script }] })).toMatchObject({ status: 204 });
  });

  it("may bring a large file, in the end", async () => {
    const file = Buffer.alloc(3 * 1024 * 1024, "\r\n--BOUN");
    expect(await post({ fields: { key: "up/large" }, file })).toMatchObject({ status: 204 });
    expect((await readObject(store, "forms", "up/large", file.length)).equals(file)).toBe(true);
    const after = '--BOUND\r\nContent-Disposition: form-data; name="submit"\r\n\r\nUpload\r\n';
    expect(await post({ fields: { key: "up/after" }, file: "small", after })).toMatchObject({ status: 204 });
    expect((await readObject(store, "forms", "up/after", 100)).toString()).toBe("small");
    expect(await post({ fields: { key: "up/after-large" }, file, after })).toMatchObject({ status: 400 });
    expect(await store.head("forms", "up/after-large")).toBeNull();
  });

  it("keeps to what its policy allows", async () => {
    const refusals: [string, Form, number, string, string][] = [
      ["another key", { fields: { key: "other/x" } }, 403, "AccessDenied", "Policy Condition failed"],
      ["a field not spoken of", { fields: { "x-amz-meta-more": "1" } }, 403, "AccessDenied", "Extra input fields: x-amz-meta-more"],
      ["another value", { fields: { "x-amz-meta-a": "2" }, conditions: [{ "x-amz-meta-a": "1" }] }, 403, "AccessDenied", "Policy Condition failed"],
      ["a missing field", { conditions: [["eq", "$x-amz-meta-a", "1"]] }, 403, "AccessDenied", "Policy Condition failed"],
      ["no bucket", { policy: JSON.stringify({ expiration: "2099-01-01T00:00:00Z", conditions: [["starts-with", "$key", ""]] }) }, 403, "AccessDenied", "Extra input fields"],
      ["another bucket", { conditions: [{ bucket: "another" }] }, 403, "AccessDenied", "Policy Condition failed"],
      ["too late", { expiresInMs: -1000 }, 403, "AccessDenied", "Policy expired"],
      ["too large", { conditions: [["content-length-range", 0, 4]] }, 400, "EntityTooLarge", "exceeds"],
      ["too small", { conditions: [["content-length-range", 6, 10]] }, 400, "EntityTooSmall", "smaller"],
    ];
    for (const [what, form, status, code, words] of refusals) {
      const answer = await post(form);
      expect(answer, what).toMatchObject({ status, code });
      expect(answer.text, what).toContain(words);
    }
    expect(await post({ conditions: [["content-length-range", 5, 5]], fields: { "x-ignore-me": "1" } })).toMatchObject({ status: 204 });
  });

  it("must be signed by a key that may write", async () => {
    expect(await post({ fields: { "x-amz-signature": "0".repeat(64) } })).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(await post({ fields: { "x-amz-credential": `NOBODY/20260101/us-east-1/s3/aws4_request` } })).toMatchObject({ status: 400, code: "AuthorizationQueryParametersError" });
    for (const name of ["policy", "x-amz-signature", "x-amz-date", "x-amz-credential", "x-amz-algorithm"]) {
      expect(await post({ fields: { [name]: null } }), name).toMatchObject({ status: 400, code: "InvalidArgument" });
    }
    const none = { policy: null, "x-amz-signature": null, "x-amz-date": null, "x-amz-credential": null, "x-amz-algorithm": null };
    expect(await post({ fields: none })).toMatchObject({ status: 403, code: "AccessDenied" });
    expect(await post({ fields: { "x-amz-acl": "public-read" }, conditions: [{ "x-amz-acl": "public-read" }] })).toMatchObject({ status: 501, code: "NotImplemented" });
  });

  it("must be a form with one file and a key, and a policy that can be read", async () => {
    const at = { method: "POST", path: "/forms" };
    expect(await send(server.endpoint, { ...at, body: "{}", headers: { "content-type": "application/json", "content-length": "2" } })).toMatchObject({ status: 412, code: "PreconditionFailed" });
    expect(await send(server.endpoint, { ...at, body: "{}", headers: { "content-type": "multipart/form-data", "content-length": "2" } })).toMatchObject({ status: 400, code: "MalformedPOSTRequest" });
    expect(await send(server.endpoint, { ...at, ...multipart({ key: "up/x" }, null) })).toMatchObject({ status: 400, code: "InvalidArgument" });
    expect(await post({ fields: { key: null } })).toMatchObject({ status: 400, code: "InvalidArgument" });
    for (const policy of ["no json", "[]", "{}", '{"expiration":"tomorrow","conditions":[]}', `{"expiration":"2099-01-01T00:00:00Z"}`, `{"expiration":"2099-01-01T00:00:00Z","conditions":[["near","$key","x"]]}`]) {
      expect(await post({ policy }), policy).toMatchObject({ status: 400, code: "InvalidPolicyDocument" });
    }
  });

  it("is bounded before its file", async () => {
    expect(await post({ fields: { "x-ignore-long": "x".repeat(30_000) } })).toMatchObject({ status: 400, code: "MaxPostPreDataLengthExceeded" });
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-ignore-${i}`, "1"]));
    expect(await post({ fields: many })).toMatchObject({ status: 400, code: "MaxPostPreDataLengthExceeded" });
  });
});
