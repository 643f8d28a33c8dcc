import { describe, expect, it } from "vitest";
import type { AccessKey } from "./access-keys";
import { authorise, sees, type Asked } from "./authorise";

const key: AccessKey = { accessKeyId: "LATHE", secretAccessKey: "", grants: new Map([["readable", "read"], ["writable", "write"]]) };
const rootKey: AccessKey = { ...key, grants: null };

function allowed(by: AccessKey, method: string, place: string, options: { words?: string[]; copySource?: string } = {}): boolean {
  const [bucket = null, name = null] = place === "/" ? [] : place.split("/");
  const asked: Asked = { method, bucket, key: name, words: new Set(options.words), copySource: options.copySource };
  try {
    authorise(by, asked);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: "S3Error", code: "AccessDenied" });
    return false;
  }
}

/** Each class of operation: what a key may do that reads, writes or has nothing in the bucket. */
const classes: [string, string, string[], { read: boolean; write: boolean }][] = [
  ["HEAD", "", [], { read: true, write: true }],
  ["GET", "", ["list-type"], { read: true, write: true }],
  ["GET", "", ["versions"], { read: true, write: true }],
  ["GET", "", ["uploads"], { read: true, write: true }],
  ["GET", "", ["cors"], { read: true, write: true }],
  ["POST", "", ["delete"], { read: false, write: true }],
  ["POST", "", [], { read: false, write: true }],
  ["PUT", "", [], { read: false, write: false }],
  ["DELETE", "", [], { read: false, write: false }],
  ["PUT", "", ["cors"], { read: false, write: false }],
  ["DELETE", "", ["cors"], { read: false, write: false }],
  ["PUT", "", ["versioning"], { read: false, write: false }],
  ["PUT", "", ["lifecycle"], { read: false, write: false }],
  ["POST", "", ["delete", "policy"], { read: false, write: false }],
  ["GET", "/key", [], { read: true, write: true }],
  ["GET", "/key", ["versionId"], { read: true, write: true }],
  ["GET", "/key", ["tagging"], { read: true, write: true }],
  ["GET", "/key", ["uploadId"], { read: true, write: true }],
  ["HEAD", "/key", [], { read: true, write: true }],
  ["PUT", "/key", [], { read: false, write: true }],
  ["PUT", "/key", ["tagging"], { read: false, write: true }],
  ["POST", "/key", ["uploads"], { read: false, write: true }],
  ["PUT", "/key", ["partNumber", "uploadId"], { read: false, write: true }],
  ["POST", "/key", ["uploadId"], { read: false, write: true }],
  ["DELETE", "/key", ["uploadId"], { read: false, write: true }],
  ["DELETE", "/key", [], { read: false, write: true }],
  ["DELETE", "/key", ["versionId"], { read: false, write: true }],
];

describe("what a key may do", () => {
  it.each(classes)("%s %s?%s", (method, place, words, expected) => {
    expect(allowed(key, method, `readable${place}`, { words })).toBe(expected.read);
    expect(allowed(key, method, `writable${place}`, { words })).toBe(expected.write);
    expect(allowed(key, method, `foreign${place}`, { words })).toBe(false);
    expect(allowed(rootKey, method, `foreign${place}`, { words })).toBe(true);
  });

  it("copies only from what it may read to what it may write", () => {
    const copy = (to: string, copySource: string) => allowed(key, "PUT", `${to}/key`, { copySource });
    expect(copy("writable", "readable/a")).toBe(true);
    expect(copy("writable", "/writable/a?versionId=null")).toBe(true);
    expect(copy("readable", "writable/a")).toBe(false);
    for (const source of ["foreign/a", "/foreign/a", "f%6Freign/a", "foreign%2Freadable/a", "", "/", "//readable/a", "%2Freadable/a"]) {
      expect(copy("writable", source), source).toBe(false);
    }
    expect(() => authorise(key, { method: "PUT", bucket: "writable", key: "a", words: new Set(), copySource: "%" })).toThrow(
      expect.objectContaining({ code: "InvalidArgument" }),
    );
  });

  it("lists buckets, of which it sees its own", () => {
    expect(allowed(key, "GET", "/")).toBe(true);
    expect(allowed(key, "POST", "/")).toBe(false);
    expect(["readable", "writable", "foreign"].filter((bucket) => sees(key, bucket))).toEqual(["readable", "writable"]);
    expect(sees(rootKey, "foreign")).toBe(true);
  });

  it("has no way into the store's own affairs", () => {
    for (const method of ["GET", "PUT", "POST", "DELETE"]) expect(allowed(key, method, "-lathe/access-keys")).toBe(false);
  });
});
