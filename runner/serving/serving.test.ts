import { describe, expect, it, vi } from "vitest";
import { LatheError } from "#lib/domain/errors";
import { Batcher } from "../children/batcher";
import { Answers } from "./answers";
import { RestartPolicy } from "./restart-policy";

describe("restarts", () => {
  it("wait longer each time and end with the third death in a minute", () => {
    const policy = new RestartPolicy();
    expect([policy.died(0), policy.died(10_000), policy.died(59_000)]).toEqual([500, 2_000, null]);
  });

  it("forget deaths a minute ago", () => {
    const policy = new RestartPolicy();
    expect(Array.from({ length: 10 }, (_, i) => policy.died(i * 40_000))).toEqual([500, ...Array(9).fill(2_000)]);
  });
});

describe("answers", () => {
  const options = { maxWaiting: 2, answerMs: 60_000, onSilence() {} };
  const predicted = (id: number) => ({ type: "predicted" as const, id, predictions: [] });

  it("go to whom they belong, in any order, and refusals throw", async () => {
    const answers = new Answers(options);
    const first = answers.ask(() => {});
    const second = answers.ask(() => {});
    answers.settle({ type: "refused", id: 1, error: { code: "invalid_picture", message: "No.", nextStep: "Another.", status: 422 } });
    answers.settle(predicted(0));
    answers.settle(predicted(99));
    expect(await first).toEqual(predicted(0));
    await expect(second).rejects.toMatchObject({ code: "invalid_picture", status: 422 });
    await answers.whenIdle();
  });

  it("refuse more than may wait", async () => {
    const answers = new Answers(options);
    const waiting = [answers.ask(() => {}), answers.ask(() => {})];
    await expect(answers.ask(() => expect.fail("it was sent"))).rejects.toMatchObject({ code: "endpoint_busy", status: 503 });
    answers.failAll(new LatheError({ code: "gone", message: "Gone.", nextStep: "Wait.", status: 503 }));
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "gone" });
  });

  it("tell of a child that is silent", async () => {
    vi.useFakeTimers();
    try {
      const onSilence = vi.fn();
      const answers = new Answers({ ...options, onSilence });
      void answers.ask(() => {});
      vi.advanceTimersByTime(59_999);
      expect(onSilence).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(onSilence).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("batcher", () => {
  it("joins what waits while a batch runs, up to its limit, and keeps the order", async () => {
    const batches: number[][] = [];
    const batcher = new Batcher<number, number>(3, async (items) => {
      batches.push(items);
      await new Promise((resolve) => setImmediate(resolve));
      return items.map((item) => item * 2);
    });
    expect(await Promise.all([1, 2, 3, 4, 5].map((item) => batcher.run(item)))).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  it("fails only the batch that failed", async () => {
    const batcher = new Batcher<number, number>(1, async ([item]) => {
      if (item === 1) throw new Error("one");
      return [item!];
    });
    const results = await Promise.allSettled([batcher.run(1), batcher.run(2)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});
