import { describe, expect, it, vi } from "vitest";
import { Lease } from "./lease";

function watched(answers: (() => Promise<{ held: boolean; stopRequested: boolean }>)[]) {
  const told = { onStopRequested: vi.fn(), onLost: vi.fn(), onTrouble: vi.fn() };
  const renew = vi.fn(() => answers.shift()!());
  return { lease: new Lease({ ...told, renew, everyMs: 3_600_000 }), renew, ...told };
}
const held = async () => ({ held: true, stopRequested: false });

describe("lease", () => {
  it("passes a wish to stop on and goes on", async () => {
    const { lease, onStopRequested, onLost } = watched([held, async () => ({ held: true, stopRequested: true })]);
    await lease.renewNow();
    expect(onStopRequested).not.toHaveBeenCalled();
    await lease.renewNow();
    expect(onStopRequested).toHaveBeenCalledOnce();
    expect(onLost).not.toHaveBeenCalled();
    lease.end();
  });

  it("is lost only when the database says so, not when it is away", async () => {
    const { lease, onLost, onTrouble } = watched([() => Promise.reject(new Error("ECONNREFUSED")), held, async () => ({ held: false, stopRequested: false })]);
    await lease.renewNow();
    await lease.renewNow();
    expect([onTrouble.mock.calls.length, onLost.mock.calls.length]).toEqual([1, 0]);
    await lease.renewNow();
    expect(onLost).toHaveBeenCalledOnce();
  });

  it("says nothing of an answer that comes after its end", async () => {
    let answer = (_: { held: boolean; stopRequested: boolean }) => {};
    const { lease, onLost, renew } = watched([() => new Promise((resolve) => (answer = resolve))]);
    const renewing = lease.renewNow();
    expect(lease.renewNow()).toBe(renewing);
    lease.end();
    answer({ held: false, stopRequested: false });
    await renewing;
    expect(onLost).not.toHaveBeenCalled();
    expect(renew).toHaveBeenCalledOnce();
  });
});
