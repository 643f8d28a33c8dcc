import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseByTraffic, endpointStatus, nextDeploymentStatus } from "./deployment";

describe("a deployment", () => {
  it("goes back to starting when its runner is lost, so that another one can take it", () => {
    expect(nextDeploymentStatus("ready", { type: "lease-lost" })).toBe("starting");
    expect(nextDeploymentStatus("loading", { type: "lease-lost" })).toBe("starting");
  });

  it("cannot become ready after it was stopped", () => {
    expect(() => nextDeploymentStatus("stopped", { type: "loaded" })).toThrow(/stopped deployment cannot take/);
  });

  it("leaves its endpoint as well as the best of its siblings", () => {
    expect(endpointStatus(["failed", "ready", "stopped"])).toBe("ready");
    expect(endpointStatus(["failed", "loading"])).toBe("starting");
    expect(endpointStatus(["stopped", "failed"])).toBe("failed");
    expect(endpointStatus([])).toBe("stopped");
  });
});

describe("traffic", () => {
  it("gives each deployment its share of the draws", () => {
    expect(chooseByTraffic([90, 10], 0.899)).toBe(0);
    expect(chooseByTraffic([90, 10], 0.901)).toBe(1);
  });

  it("never picks one with no share, whatever the draw", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (shares, draw) => {
        const chosen = chooseByTraffic(shares, draw);
        if (shares.every((share) => share === 0)) expect(chosen).toBe(-1);
        else expect(shares[chosen]).toBeGreaterThan(0);
      }),
    );
  });
});
