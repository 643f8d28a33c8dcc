import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { StartError } from "./settings.mjs";

const LISTENING = "0A";

/**
 * The program listening on a port, as far as /proc tells us.
 * @param {number} port
 * @returns {{ pid: number, name: string } | null}
 */
export function portOwner(port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = new Set();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readText(table).split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTENING) sockets.add(`socket:[${fields[9]}]`);
    }
  }
  if (sockets.size === 0) return null;
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      if (sockets.has(linkTarget(`/proc/${pid}/fd/${descriptor}`)))
        return { pid: Number(pid), name: readText(`/proc/${pid}/comm`).trim() };
    }
  }
  return null;
}

// Other people's processes may not be looked into, and processes go while we look: both read as "nothing there".
/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} link */
function linkTarget(link) {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | null>} the system's error code, or null when the port is free
 */
export function whatBarsPort(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? "unknown"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/**
 * A port on 127.0.0.1 that nobody listens on now.
 * @returns {Promise<number>}
 */
export function anyFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param {import("./settings.mjs").Settings} settings
 * @throws {StartError} naming the port, who has it, and the next step
 */
export async function checkPort({ port, host }) {
  const code = await whatBarsPort(port, host);
  if (code === null) return;
  if (code === "EADDRINUSE") {
    const owner = portOwner(port);
    const who = owner ? `${owner.name} (pid ${owner.pid})` : "another program";
    const other = port === 3000 ? 3100 : port + 100 > 65_535 ? 3000 : port + 100;
    throw new StartError(`Port ${port} on ${host} is taken by ${who}.`, `Stop it, or pick another port: LATHE_PORT=${other} npm start`);
  }
  if (code === "EACCES")
    throw new StartError(`Port ${port} is one that only root may listen on.`, "Pick one above 1023: LATHE_PORT=3000 npm start");
  throw new StartError(
    `LATHE_HOST is ${host}, which is no address of this machine (${code}).`,
    "Set it to one that is, or to 0.0.0.0 for all, or leave it away for 127.0.0.1.",
  );
}
