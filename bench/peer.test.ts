import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { Peer, PeerError, stopAllPeers } from "./peer";

afterEach(stopAllPeers);

/** A peer whose answer to each line is what the script makes of it. */
const start = (script: string) => Peer.start(process.execPath, ["-e", script]);
const echo = `
  console.log(JSON.stringify({ ready: "echo" }));
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => console.log(line));
`;

describe("a peer", () => {
  it("says what it is, then answers in turn", async () => {
    const peer = await start(echo);
    expect(peer.ready).toBe("echo");
    expect(await Promise.all([peer.ask({ a: 1 }), peer.ask({ b: 2 })])).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it("that cannot do what it is asked says why, and goes on", async () => {
    const peer = await start(echo);
    await expect(peer.ask({ error: "no such kernel" })).rejects.toThrow(new PeerError("echo: no such kernel"));
    expect(await peer.ask({ a: 1 })).toEqual({ a: 1 });
  });

  it("that ends says what its last error was", async () => {
    await expect(start("throw new TypeError('no engine')")).rejects.toThrow("TypeError: no engine");
    await expect(Peer.start("/no/such/program", [])).rejects.toThrow("ENOENT");
  });

  it.runIf(process.platform === "linux")("has a peak of memory", async () => {
    const peer = await start(echo);
    expect(peer.peakBytes()).toBeGreaterThan(10 * 2 ** 20);
  });

  it("is gone, with what it started, when all are stopped", async () => {
    const peer = await start(`
      const child = require("node:child_process").spawn("sleep", ["1000"]);
      console.log(JSON.stringify({ ready: String(child.pid) }));
      setInterval(() => {}, 1000);
    `);
    stopAllPeers();
    await expect(peer.ask({})).rejects.toThrow(PeerError);
    await expect.poll(() => isRunning(Number(peer.ready))).toBe(false);
  });
});

/** A killed process whose parent has not asked for it yet is gone, too. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
