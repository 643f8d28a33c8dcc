import fc from "fast-check";
import { expect, it } from "vitest";
import { validateBucketName } from "../../../../storage/keys";
import { bucketNameProblem, proposeBucketName } from "./bucket-name";

it.each([
  ["Photos", "capitals", "photos"],
  ["My Photos!", "capitals", "my-photos"],
  ["ab", "short", null],
  ["-photos-", "ends", "photos"],
  ["a..b", "dots", "a-b"],
  ["192.168.0.1", "ip", "192-168-0-1"],
  ["照片", "short", null],
  ["lathe-internal", "reserved", null],
] as const)("%j is refused as %s and %j is proposed", (name, problem, proposal) => {
  expect(bucketNameProblem(name)).toBe(problem);
  expect(proposeBucketName(name)).toBe(proposal);
});

it("agrees with the server on every name", () => {
  const part = fc.constantFrom("a", "B", "7", "-", ".", "..", "_", " ", "xn--", "--ol-s3", "192.168.0.1", "photos", "x".repeat(40));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const name = parts.join("");
      let refused = false;
      try {
        validateBucketName(name);
      } catch {
        refused = true;
      }
      expect(bucketNameProblem(name) !== null).toBe(refused);
      const proposal = proposeBucketName(name);
      if (proposal !== null) expect(bucketNameProblem(proposal)).toBeNull();
    }),
  );
});
