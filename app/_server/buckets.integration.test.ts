import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../bin/testing/database";
import { testStore } from "../../bin/testing/store";
import { startTestWeb, type Person, type TestWeb } from "./testing/web";

let lathe: TestWeb;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  lathe = await startTestWeb({ database: await createTestDatabase(), store: testStore() });
  ada = await lathe.person({ slug: "ada", role: "owner" });
  bob = await lathe.person({ slug: "bob", role: "owner" });
});
afterAll(() => lathe.close());

const upload = async (person: Person, bucket: string, key: string, text: string) => {
  const [file] = await person.client.call("object.presign-uploads", { bucket, files: [{ key, sizeBytes: Buffer.byteLength(text), contentType: "text/plain" }] });
  const answer = await fetch(file!.url!, { method: "PUT", body: text, headers: file!.headers });
  expect(answer.status).toBe(200);
};

describe("buckets", () => {
  it("take what is put by presigned requests, list it as folders and flat, and count it", async () => {
    await ada.client.call("bucket.create", { bucket: "ada-photos" });
    await upload(ada, "ada-photos", "food/冰淇淋/1.jpg", "one");
    await upload(ada, "ada-photos", "food/cake/2.jpg", "four");
    const level = await ada.client.call("object.list", { bucket: "ada-photos", prefix: "food/" });
    expect(level.folders).toEqual(["food/cake/", "food/冰淇淋/"]);
    const flat = await ada.client.call("object.list", { bucket: "ada-photos", flat: "true" });
    expect(flat.objects.map(({ key }) => key)).toEqual(["food/cake/2.jpg", "food/冰淇淋/1.jpg"]);
    expect(await (await fetch(flat.objects[1]!.url)).text()).toBe("one");
    expect(await ada.client.call("bucket.list")).toMatchObject([{ bucket: "ada-photos", objects: 2, sizeBytes: 7 }]);
  });

  it("say of each key that cannot be written why, and presign the others", async () => {
    const answers = await ada.client.call("object.presign-uploads", {
      bucket: "ada-photos",
      files: [{ key: "../up.jpg", sizeBytes: 1 }, { key: "fine.jpg", sizeBytes: 1 }],
    });
    expect(answers[0]).toMatchObject({ key: "../up.jpg", url: null, reason: expect.stringContaining("“..”") });
    expect(answers[1]).toMatchObject({ key: "fine.jpg", reason: null, url: expect.stringContaining("http") });
  });

  it("are not there for another workspace, whose name for one is refused when it is taken", async () => {
    await expect(bob.client.call("object.list", { bucket: "ada-photos" })).rejects.toMatchObject({ status: 404, code: "bucket_not_found" });
    await expect(bob.client.call("bucket.create", { bucket: "ada-photos" })).rejects.toMatchObject({ status: 409, code: "bucket_exists" });
    await expect(bob.client.call("bucket.delete", { bucket: "ada-photos" })).rejects.toMatchObject({ status: 404 });
    await expect(ada.client.call("object.list", { bucket: "lathe-internal" })).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ["CAPITALS", "Use lower case: `capitals`"],
    ["lathe-internal", "For example: `my-bucket`"],
  ])("refuse the name %s with a next step", async (bucket, nextStep) => {
    await expect(ada.client.call("bucket.create", { bucket })).rejects.toMatchObject({ status: 400, code: "invalid_bucket_name", nextStep });
  });

  it("lose objects by key or prefix, and themselves", async () => {
    expect(await ada.client.call("object.delete", { bucket: "ada-photos", prefix: "food/cake/" })).toEqual({ deleted: 1 });
    expect((await ada.client.call("object.list", { bucket: "ada-photos", flat: "true" })).objects).toHaveLength(1);
    await ada.client.call("bucket.delete", { bucket: "ada-photos" });
    expect(await ada.client.call("bucket.list")).toEqual([]);
    await bob.client.call("bucket.create", { bucket: "ada-photos" });
    expect(await bob.client.call("bucket.list")).toMatchObject([{ bucket: "ada-photos", objects: 0 }]);
  });

  it("name the field that is wrong", async () => {
    const answer = await fetch(`${lathe.url}/api/v1/buckets/ada-photos/uploads`, {
      method: "POST", headers: { authorization: `Bearer ${bob.token}` }, body: JSON.stringify({ files: [{ key: "a", sizeBytes: -1 }] }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "invalid_input", message: expect.stringContaining('"files.0.sizeBytes"') } });
  });
});

describe("hostile files and archives", () => {
  it("show an SVG or HTML file, and one that calls itself a picture or a page, as text or as bytes of a picture only", async () => {
    await ada.client.call("bucket.create", { bucket: "ada-hostile" });
    const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const put = async (key: string, contentType: string) => {
      const [file] = await ada.client.call("object.presign-uploads", { bucket: "ada-hostile", files: [{ key, sizeBytes: script.length, contentType }] });
      expect((await fetch(file!.url!, { method: "PUT", body: script, headers: file!.headers })).status).toBe(200);
    };
    await put("drawing.svg", "image/svg+xml");
    await put("page.html", "text/html");
    await put("page.jpg", "text/html");
    await put("no-ending", "image/svg+xml");
    const { objects } = await ada.client.call("object.list", { bucket: "ada-hostile" });
    const types = await Promise.all(objects.map(async ({ key, url }) => [key, (await fetch(url)).headers.get("content-type")]));
    const plain = "text/plain; charset=utf-8";
    expect(Object.fromEntries(types)).toEqual({ "drawing.svg": plain, "page.html": plain, "page.jpg": "image/jpeg", "no-ending": plain });
    const [download] = await ada.client.call("object.presign-downloads", { bucket: "ada-hostile", keys: ["page.html"] });
    expect((await fetch(download!.url)).headers.get("content-disposition")).toMatch(/^attachment;/);
  });

  it("start the unpacking of an archive with where it goes, and refuse another workspace's bucket as the target", async () => {
    await upload(ada, "ada-hostile", "sets/photos.tar.gz", "bytes");
    const job = await ada.client.call("archive.unpack", { bucket: "ada-hostile", key: "sets/photos.tar.gz" });
    expect(job).toMatchObject({ kind: "unpack-archive", name: "photos.tar.gz", status: "queued", params: { bucket: "ada-hostile", targetBucket: "ada-hostile", prefix: "sets/photos/" } });
    expect(await ada.client.call("archive.findings", { job: job.job })).toEqual({ items: [], nextCursor: null });
    await bob.client.call("bucket.create", { bucket: "bob-own" });
    await expect(bob.client.call("archive.unpack", { bucket: "bob-own", key: "x", targetBucket: "ada-hostile" })).rejects.toMatchObject({ status: 404 });
    await expect(bob.client.call("archive.findings", { job: job.job })).rejects.toMatchObject({ status: 404 });
    await expect(ada.client.call("archive.unpack", { bucket: "ada-hostile", key: "gone.zip" })).rejects.toMatchObject({ status: 404, code: "object_not_found" });
    await expect(ada.client.call("archive.unpack", { bucket: "ada-hostile", key: "sets/photos.tar.gz", prefix: "../up" })).rejects.toMatchObject({ code: "invalid_key" });
    await ada.client.call("bucket.delete", { bucket: "ada-hostile" });
  });
});
