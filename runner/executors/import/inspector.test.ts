import { describe, expect, it } from "vitest";
import type { Inspected } from "#lib/protocol/child";
import type { ChildExit } from "../../sandbox/exit-reason";
import { Inspector } from "./inspector";

const facts: Inspected = { width: 4, height: 4, pictureHash: null, sharpness: 1, brightness: 0.5 };

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
        send({ id, file = "" }) {
          mine.push(file);
          setImmediate(() => {
            if (dead) return;
            if (deadly(file)) {
              dead = true;
              die(exit);
            } else inspected(id, facts);
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
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => inspector.inspect({ file: `f${i}` })));
    expect(results.filter((_, i) => i !== 3)).toEqual(Array(7).fill(facts));
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
    const results = await Promise.allSettled(Array.from({ length: 3 }, (_, i) => inspector.inspect({ file: `f${i}` })));
    expect(starts).toBe(4);
    expect(results.map((one) => one.status === "rejected" && String(one.reason))).toEqual(Array(3).fill(expect.stringContaining("no such library")));
    await inspector.close();
  });
});
