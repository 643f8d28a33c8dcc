import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { childToRunner, maxLogTextChars, type ChildToRunner } from "#lib/protocol/child";
import { openChannel } from "./channel";
import { encodeFrame } from "./frames";

const open: { destroy(): void }[] = [];
afterEach(() => open.splice(0).forEach((one) => one.destroy()));

/** Two ends of a true socket. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  server.close();
  open.push(near, far);
  return [near, far];
}

describe("channel", () => {
  it("passes on what its schema takes and nothing after what it does not", async () => {
    const [near, far] = await pair();
    const heard: ChildToRunner[] = [];
    const broken = new Promise<string>((resolve) => {
      openChannel(near, { incoming: childToRunner, maxFrameBytes: 1024 ** 2, listener: { message: (one) => void heard.push(one), broken: resolve, closed() {} } });
    });
    const log = { type: "log", level: "info", text: "hello" };
    const frames = [log, { type: "log", level: "info", text: "x".repeat(maxLogTextChars + 1) }, log].flatMap(encodeFrame);
    far.write(Buffer.concat(frames));
    expect(await broken).toContain("text");
    expect(heard).toEqual([log]);
  });

  it("holds the other side up while it is paused", async () => {
    const [near, far] = await pair();
    const heard = vi.fn();
    const channel = openChannel(near, { incoming: childToRunner, maxFrameBytes: 1024 ** 2, listener: { message: heard, broken: (why) => expect.fail(why), closed() {} } });
    channel.pause();
    const frame = Buffer.concat(encodeFrame({ type: "log", level: "info", text: "x".repeat(16_000) }));
    let sent = 0;
    // The kernel's buffers take some megabytes; then the writer is told to wait.
    while (far.write(frame)) sent++;
    expect(heard).not.toHaveBeenCalled();
    channel.resume();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(sent + 1), { timeout: 10_000 });
  });

  it("tells of the other side's end once", async () => {
    const [near, far] = await pair();
    const closed = vi.fn();
    openChannel(near, { incoming: childToRunner, maxFrameBytes: 1024, listener: { message() {}, broken() {}, closed } });
    far.destroy();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
});
