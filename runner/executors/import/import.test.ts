import { describe, expect, it } from "vitest";
import type { Inspected } from "#lib/protocol/child";
import type { ChildExit } from "../../sandbox/exit-reason";
import { Inspector } from "./inspector";
import { buildManifest, type UnsplitSample } from "./manifest";

const about = { dataset: "d", version: 1, bucket: "b", prefix: "p/" };
const sample = (label: string, i: number, more: Partial<UnsplitSample> = {}): UnsplitSample => ({
  key: `p/${label}/${i}.jpg`, sizeBytes: 10, sha256: `${label}-${i}`, label, width: 100, height: 100, ...more,
});
const many = (label: string, count: number, more: Partial<UnsplitSample> = {}) => Array.from({ length: count }, (_, i) => sample(label, i, more));
const codes = (samples: UnsplitSample[]) => buildManifest(about, samples, []).manifest.findings.map(({ code }) => code);

describe("a manifest", () => {
  it("has the same digest for the same pictures, and counts them by label and side", () => {
    const samples = [...many("b", 20), ...many("a", 20)];
    const built = buildManifest(about, samples, []);
    expect(built.digest).toBe(buildManifest(about, structuredClone(samples), []).digest);
    expect(built.manifest.labels).toEqual(["a", "b"]);
    // 10 % each of 20, lib/nn/split's default shares
    expect(built.labelCounts).toEqual(["a", "b"].map((label) => ({ label, train: 16, validation: 2, test: 2 })));
    expect(built.sizeBytes).toBe(400);
    expect(built.manifest.findings).toEqual([]);
  });

  it("has another digest when one byte of one picture differs", () => {
    const samples = many("a", 5);
    const other = [...samples.slice(1), sample("a", 0, { sha256: "other" })];
    expect(buildManifest(about, samples, []).digest).not.toBe(buildManifest(about, other, []).digest);
  });

  it("is made of what cannot be trained on too, with the reason", () => {
    expect(codes([])).toEqual(["no_pictures"]);
    expect(codes(many("a", 10))).toEqual(["too_few_labels"]);
    expect(codes([...many("a", 10), ...many("b", 2)])).toContain("too_few_samples");
    expect(buildManifest(about, many("a", 10), []).labelCounts).toEqual([{ label: "a", train: 10, validation: 0, test: 0 }]);
  });

  it("keeps copies of a picture on one side and says so", () => {
    const copies = Array.from({ length: 12 }, (_, i) => sample("a", i, { sha256: `pair-${i >> 1}` }));
    const { manifest } = buildManifest(about, [...copies, ...many("b", 12)], []);
    for (let i = 0; i < 12; i += 2) expect(manifest.samples[i]!.split).toBe(manifest.samples[i + 1]!.split);
    expect(manifest.findings).toMatchObject([{ code: "duplicates", count: 6 }]);
  });

  it("finds copies under several labels, rare labels, tiny pictures and labels that look alike", () => {
    expect(codes([...many("a", 10), ...many("b", 10), sample("b", 99, { sha256: "a-0" })])).toContain("contradicting_labels");
    expect(codes([...many("a", 50), ...many("b", 10)])).toEqual(["class_imbalance"]);
    expect(codes([...many("a", 49), ...many("b", 10)])).toEqual([]);
    expect(codes([...many("a", 10, { height: 31 }), ...many("b", 10)])).toEqual(["tiny_pictures"]);
    expect(codes([...many("Ice cream", 10), ...many("ice_cream ", 10)])).toEqual(["similar_labels"]);
  });
});

describe("the inspector", () => {
  const exit: ChildExit = { code: 139, signal: null, lastWords: "", peakBytes: 0, broken: null, killed: false };

  /** A child that answers at once, dies at `deadly` files, and counts its starts. */
  function inspectorWith(deadly: (file: string) => boolean) {
    const asked: string[][] = [];
    const inspector = new Inspector(async ({ ready, inspected }) => {
      ready();
      const mine: string[] = [];
      asked.push(mine);
      let die = (_: ChildExit) => {};
      const exited = new Promise<ChildExit>((resolve) => (die = resolve));
      let dead = false;
      return {
        send({ id, file }) {
          mine.push(file);
          setImmediate(() => {
            if (dead) return;
            if (deadly(file)) {
              dead = true;
              die(exit);
            } else inspected(id, { width: 1, height: 1 });
          });
        },
        kill: () => die(exit),
        exited,
      };
    });
    return { inspector, asked };
  }

  it("rejects the one picture that kills the decoder and answers for all others", async () => {
    const { inspector, asked } = inspectorWith((file) => file === "f3");
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => inspector.inspect(`f${i}`)));
    const good: Inspected = { width: 1, height: 1 };
    expect(results.filter((_, i) => i !== 3)).toEqual(Array(7).fill(good));
    expect(results[3]).toMatchObject({ code: "unreadable" });
    // Once with all, once to be found alone, once for the rest.
    expect(asked.length).toBeLessThanOrEqual(3);
    await inspector.close();
  });

  it("fails, rather than reject every picture, when no child can be started", async () => {
    let starts = 0;
    const inspector = new Inspector(async () => {
      starts++;
      return { send() {}, kill() {}, exited: Promise.resolve({ ...exit, lastWords: "no such library" }) };
    });
    const results = await Promise.allSettled(Array.from({ length: 3 }, (_, i) => inspector.inspect(`f${i}`)));
    expect(starts).toBe(4);
    expect(results.map((one) => one.status === "rejected" && String(one.reason))).toEqual(Array(3).fill(expect.stringContaining("no such library")));
    await inspector.close();
  });
});
