import { describe, expect, it } from "vitest";
import { datasetVersionStatuses, nextVersionStatus, statusesBefore, type DatasetVersionEvent } from "./dataset-version";

const events: DatasetVersionEvent[] = ["imported", "import-failed", "freeze-requested", "freeze-failed", "frozen"];

describe("a dataset version", () => {
  it("is imported to a draft, frozen, and thawed when freezing fails", () => {
    expect(nextVersionStatus("importing", "imported")).toBe("draft");
    expect(nextVersionStatus("draft", "freeze-requested")).toBe("freezing");
    expect(nextVersionStatus("freezing", "freeze-failed")).toBe("draft");
    expect(nextVersionStatus("freezing", "frozen")).toBe("ready");
    expect(nextVersionStatus("importing", "frozen")).toBe("ready");
    expect(nextVersionStatus("importing", "import-failed")).toBe("failed");
  });

  it("takes nothing more once it is ready or failed", () => {
    for (const status of ["ready", "failed"] as const) {
      for (const event of events) expect(() => nextVersionStatus(status, event)).toThrow(expect.objectContaining({ code: "illegal_transition" }));
    }
  });

  it("names, for each event, exactly the statuses that take it", () => {
    for (const event of events) {
      for (const status of datasetVersionStatuses) {
        const taken = statusesBefore(event).includes(status);
        if (taken) expect(datasetVersionStatuses).toContain(nextVersionStatus(status, event));
        else expect(() => nextVersionStatus(status, event)).toThrow();
      }
    }
  });
});
