import { describe, expect, it } from "vitest";
import type { AccessKey } from "./access-keys";
import { authenticate, type Keyring, type Signed } from "./authenticate";
import { canonicalRequest, chunkToSign, emptySha256, sha256Hex, sign, signingKey, stringToSign } from "./signature";

// Keys, requests and signatures of this file are the worked examples of the S3 documentation: "Examples: Signature
// Calculations", "Chunked Upload" and "Authenticating Requests: Using Query Parameters".
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", grants: null };
const holding = (held: AccessKey): Keyring => ({ region: "us-east-1", find: (id) => (id === held.accessKeyId ? held : null) });
const keyring = holding(credentials);
const atMs = Date.parse("2013-05-24T00:00:00Z");
const scope = { date: "20130524", region: "us-east-1" };
const key = signingKey(credentials.secretAccessKey, scope);

function request(method: string, path: string, query: [string, string][], headers: Record<string, string>): Signed {
  return { method, path, query, header: (name) => headers[name], headerNames: Object.keys(headers) };
}

const getHeaders = {
  host: "examplebucket.s3.amazonaws.com",
  range: "bytes=0-9",
  "x-amz-content-sha256": emptySha256,
  "x-amz-date": "20130524T000000Z",
};
const getSignature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
const getAuthorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${getSignature}`;
const get = (change: Record<string, string> = {}, path = "/test.txt") => request("GET", path, [], { ...getHeaders, authorization: getAuthorization, ...change });

const presignedQuery: [string, string][] = [
  ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
  ["X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"],
  ["X-Amz-Date", "20130524T000000Z"],
  ["X-Amz-Expires", "86400"],
  ["X-Amz-SignedHeaders", "host"],
  ["X-Amz-Signature", "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"],
];
const presigned = (change: Record<string, string | null> = {}, path = "/test.txt", headers: Record<string, string> = {}) =>
  request(
    "GET",
    path,
    presignedQuery.flatMap(([name, value]): [string, string][] => (change[name] === null ? [] : [[name, change[name] ?? value]])),
    { host: "examplebucket.s3.amazonaws.com", ...headers },
  );

const refused = (code: string) => expect.objectContaining({ name: "S3Error", code });

describe("signed headers", () => {
  it("pass as documented", () => {
    expect(authenticate(get(), keyring, atMs)).toEqual({ key: credentials, presigned: false, payload: { kind: "sha256", hex: emptySha256 } });
  });

  it("pass for listings, whose query is signed in order", () => {
    const canonical = canonicalRequest({
      method: "GET",
      path: "/",
      query: [["prefix", "J"], ["max-keys", "2"]],
      headers: [["host", "examplebucket.s3.amazonaws.com"], ["x-amz-content-sha256", emptySha256], ["x-amz-date", "20130524T000000Z"]],
      payloadHash: emptySha256,
    });
    expect(sign(key, stringToSign("20130524T000000Z", scope, canonical))).toBe("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  });

  it("pass for a body signed in chunks", () => {
    const headers = {
      host: "s3.amazonaws.com",
      "content-encoding": "aws-chunked",
      "content-length": "66824",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-date": "20130524T000000Z",
      "x-amz-decoded-content-length": "66560",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    };
    const { payload } = authenticate(request("PUT", "/examplebucket/chunkObject.txt", [], headers), keyring, atMs);
    if (payload.kind !== "chunked" || !payload.signed) throw new Error(`read as ${payload.kind}`);
    const first = sign(payload.signed.key, chunkToSign(payload.signed.time, scope, payload.signed.seed, sha256Hex("a".repeat(65_536))));
    expect(first).toBe("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    const second = sign(key, chunkToSign("20130524T000000Z", scope, first, sha256Hex("a".repeat(1024))));
    expect(second).toBe("0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
    expect(sign(key, chunkToSign("20130524T000000Z", scope, second, emptySha256))).toBe("b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
  });

  it("do not pass when anything signed was changed", () => {
    const changes = [get({ range: "bytes=0-99" }), get({ host: "other.example" }), get({}, "/test2.txt"), { ...get(), method: "DELETE" }];
    for (const changed of changes) expect(() => authenticate(changed, keyring, atMs)).toThrow(refused("SignatureDoesNotMatch"));
  });

  it("do not pass with another secret, an unknown key or none", () => {
    expect(() => authenticate(get(), holding({ ...credentials, secretAccessKey: "other" }), atMs)).toThrow(refused("SignatureDoesNotMatch"));
    expect(() => authenticate(get(), holding({ ...credentials, accessKeyId: "other" }), atMs)).toThrow(refused("InvalidAccessKeyId"));
    expect(() => authenticate(request("GET", "/test.txt", [], getHeaders), keyring, atMs)).toThrow(refused("AccessDenied"));
    expect(() => authenticate(get({ authorization: "AWS AKIA:old" }), keyring, atMs)).toThrow(refused("InvalidRequest"));
  });

  it("pass up to 15 minutes off, in either direction, and not beyond", () => {
    const quarter = 15 * 60_000;
    for (const nowMs of [atMs - quarter, atMs + quarter]) expect(authenticate(get(), keyring, nowMs)).toBeTruthy();
    for (const nowMs of [atMs - quarter - 1000, atMs + quarter + 1000]) {
      expect(() => authenticate(get(), keyring, nowMs)).toThrow(refused("RequestTimeTooSkewed"));
    }
  });

  it("must cover the host and every x-amz- header", () => {
    expect(() => authenticate(get({ "x-amz-copy-source": "/other/object" }), keyring, atMs)).toThrow(refused("AccessDenied"));
    const withoutHost = getAuthorization.replace("host;", "");
    expect(() => authenticate(get({ authorization: withoutHost }), keyring, atMs)).toThrow(refused("AccessDenied"));
  });

  it("must be for this region, this service and their own day", () => {
    for (const [from, to] of [["us-east-1", "eu-west-1"], ["/s3/", "/ec2/"], ["20130524/", "20130523/"]] as const) {
      expect(() => authenticate(get({ authorization: getAuthorization.replace(from, to) }), keyring, atMs)).toThrow(refused("AuthorizationHeaderMalformed"));
    }
  });
});

describe("presigned addresses", () => {
  it("pass as documented until they expire", () => {
    expect(authenticate(presigned(), keyring, atMs)).toEqual({ key: credentials, presigned: true, payload: { kind: "unsigned" } });
    expect(authenticate(presigned(), keyring, atMs + 86_400_000)).toBeTruthy();
    expect(() => authenticate(presigned(), keyring, atMs + 86_401_000)).toThrow(refused("AccessDenied"));
    expect(() => authenticate(presigned(), keyring, atMs - 16 * 60_000)).toThrow(refused("AccessDenied"));
  });

  it("do not pass when anything was changed", () => {
    expect(() => authenticate(presigned({ "X-Amz-Expires": "86401" }), keyring, atMs)).toThrow(refused("SignatureDoesNotMatch"));
    expect(() => authenticate(presigned({}, "/other.txt"), keyring, atMs)).toThrow(refused("SignatureDoesNotMatch"));
    expect(() => authenticate(presigned({ "X-Amz-Signature": "0".repeat(64) }), keyring, atMs)).toThrow(refused("SignatureDoesNotMatch"));
    expect(() => authenticate(presigned({}, "/test.txt", { "x-amz-meta-a": "b" }), keyring, atMs)).toThrow(refused("AccessDenied"));
    const more = presigned();
    expect(() => authenticate({ ...more, query: [...more.query, ["versions", ""]] }, keyring, atMs)).toThrow(refused("SignatureDoesNotMatch"));
  });

  it("must be complete and last at most a week", () => {
    for (const [name] of presignedQuery.filter(([one]) => one !== "X-Amz-Signature" && one !== "X-Amz-Algorithm")) {
      expect(() => authenticate(presigned({ [name]: null }), keyring, atMs), name).toThrow(refused("AuthorizationQueryParametersError"));
    }
    for (const expires of ["0", "604801", "-1", "1e3"]) {
      expect(() => authenticate(presigned({ "X-Amz-Expires": expires }), keyring, atMs)).toThrow(refused("AuthorizationQueryParametersError"));
    }
  });
});
