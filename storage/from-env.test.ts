import { describe, expect, it } from "vitest";
import { freePortOf } from "./testing/free-port";
import { storeFromEnv } from "./from-env";
import { startTestStore } from "./testing/test-store";

const env = {
  LATHE_S3_ENDPOINT: "http://127.0.0.1:9",
  LATHE_S3_ACCESS_KEY_ID: "key",
  LATHE_S3_SECRET_ACCESS_KEY: "secret",
};
const failsWith = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message), nextStep: expect.stringMatching(/\S/) });

describe("storeFromEnv", () => {
  it("names every variable that is missing", () => {
    const without = { ...env, LATHE_S3_ENDPOINT: "", LATHE_S3_SECRET_ACCESS_KEY: undefined };
    expect(() => storeFromEnv(without)).toThrow(failsWith("store_not_configured", /LATHE_S3_ENDPOINT, LATHE_S3_SECRET_ACCESS_KEY are not set/));
  });

  it("refuses an endpoint that is no address", () => {
    for (const LATHE_S3_ENDPOINT of ["127.0.0.1:9000", "ftp://store", "x"]) {
      expect(() => storeFromEnv({ ...env, LATHE_S3_ENDPOINT })).toThrow(failsWith("store_not_configured", /is not an http or https address/));
    }
  });

  it("reaches the store it names, and presigns for where browsers see it", async () => {
    const server = await startTestStore();
    const store = storeFromEnv({
      LATHE_S3_ENDPOINT: server.endpoint,
      LATHE_S3_ACCESS_KEY_ID: server.accessKeyId,
      LATHE_S3_SECRET_ACCESS_KEY: server.secretAccessKey,
      LATHE_S3_PUBLIC_ENDPOINT: "https://objects.example.org",
    });
    await store.createBucket("photos");
    expect(await store.bucketExists("photos")).toBe(true);
    expect(await store.presignGet("photos", "a b", { expiresInSeconds: 60 })).toMatch(/^https:\/\/objects\.example\.org\/photos\/a%20b\?/);
    store.close();
    await server.remove();
  });

  it("says what to check when nobody answers or the keys are wrong", async () => {
    const nobody = storeFromEnv({ ...env, LATHE_S3_ENDPOINT: `http://127.0.0.1:${await freePortOf("127.0.0.1")}` });
    await expect(nobody.listBuckets()).rejects.toEqual(failsWith("store_unreachable", /ECONNREFUSED/));
    await expect(nobody.put("photos", "key", "x")).rejects.toEqual(failsWith("store_unreachable", /ECONNREFUSED/));
    const server = await startTestStore();
    const stranger = storeFromEnv({ ...env, LATHE_S3_ENDPOINT: server.endpoint, LATHE_S3_ACCESS_KEY_ID: server.accessKeyId });
    await expect(stranger.listBuckets()).rejects.toEqual(failsWith("store_denied", /SignatureDoesNotMatch/));
    nobody.close();
    stranger.close();
    await server.remove();
  });
});
