import { describe, expect, it } from "vitest";
import { LatheError } from "#lib/domain/errors";
import {
  artifactsBucket, bucketNameProblem, checkpointKey, datasetManifestKey, modelFileKey, modelManifestKey, thumbnailKey, validateBucketName,
  validateObjectKey, workspacePrefix,
} from "./keys";

function problem(act: () => unknown): LatheError {
  try {
    act();
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("Lathe's own keys", () => {
  it("lie under their workspace", () => {
    const keys = [
      datasetManifestKey("w1", "dv1"), modelFileKey("w1", "mv1", "weights.bin"), modelManifestKey("w1", "mv1"),
      thumbnailKey("w1", "photos", '"abc-2"', 256), checkpointKey("w1", "j1", 1, "best.json"),
    ];
    expect(keys).toEqual([
      "workspaces/w1/dataset-versions/dv1/manifest.json",
      "workspaces/w1/model-versions/mv1/files/weights.bin",
      "workspaces/w1/model-versions/mv1/manifest.json",
      "workspaces/w1/thumbnails/photos/abc-2-256.webp",
      "workspaces/w1/jobs/j1/attempts/1/checkpoints/best.json",
    ]);
    for (const key of keys) expect(key.startsWith(workspacePrefix("w1"))).toBe(true);
  });

  it("cannot be led out of it by an id or a file name", () => {
    for (const id of ["", "..", ".", "a/b", "../w2", "a\0"]) {
      expect(() => workspacePrefix(id)).toThrow();
      expect(() => modelFileKey("w1", "mv1", id)).toThrow();
    }
  });
});

describe("validateObjectKey", () => {
  it.each(["cat.jpg", "食物/寿司 1.jpg", "a/b/c", "folder/", "a//b", "…", "..a/b..", "a...b", "x".repeat(1024)])("takes %j", (key) => {
    expect(validateObjectKey(key)).toBe(key);
  });

  it.each([
    ["", "empty"],
    ["../x", "“..”"],
    ["a/../b", "“..”"],
    ["a/..", "“..”"],
    ["./a", "“.”"],
    ["/a", "starts with"],
    ["a\0b", "control character"],
    ["a\nb", "control character"],
    ["a\u0085b", "control character"],
    ["a\ud800", "half of a character"],
    ["é".repeat(513), "1026 bytes"],
  ])("refuses %j, saying why and what to do", (key, why) => {
    const error = problem(() => validateObjectKey(key));
    expect(error.code).toBe("invalid_key");
    expect(error.message).toContain(why);
    expect(error.nextStep).toMatch(/Rename/);
  });
});

describe("validateBucketName", () => {
  it.each(["my-bucket", "abc", "a.b.c", "123", "x".repeat(63)])("takes %j", (name) => {
    expect(validateBucketName(name)).toBe(name);
  });

  it("proposes lower case for capitals", () => {
    const error = problem(() => validateBucketName("My-Bucket"));
    expect(error).toMatchObject({ code: "invalid_bucket_name", nextStep: "Use lower case: `my-bucket`" });
  });

  it.each([
    ["ab", "shorter"],
    ["x".repeat(64), "longer"],
    ["my_bucket", "only lower-case"],
    ["-ab", "start and end"],
    ["ab-", "start and end"],
    ["a..b", "two dots"],
    ["192.168.0.1", "IP address"],
    ["xn--abc", "reserves how it starts"],
    ["abc-s3alias", "reserves how it ends"],
    ["../etc", "only lower-case"],
    ["食物", "shorter"],
    ["食物照片", "only lower-case"],
    [artifactsBucket, "own files"],
  ])("refuses %j", (name, why) => {
    const error = problem(() => validateBucketName(name));
    expect(error.message).toContain(why);
    expect(error.nextStep).toMatch(/`[a-z0-9-]{3,63}`/);
  });

  it("proposes only names that it would take", () => {
    for (const name of ["My Photos!", "食物", "Lathe-Internal", "A", "__x__y__"]) {
      const proposed = /`(.+)`/.exec(problem(() => validateBucketName(name)).nextStep)![1]!;
      expect(bucketNameProblem(proposed)).toBeNull();
      expect(proposed).not.toBe(artifactsBucket);
    }
  });
});
