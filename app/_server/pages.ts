import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import path from "node:path";
import next from "next";
import type { Config } from "./config";
import type { Pages } from "./dispatch";

const root = path.resolve(import.meta.dirname, "../..");
// Nothing is told to anybody unless a person says otherwise.
process.env.NEXT_TELEMETRY_DISABLED ??= "1";

/** Next, on our own HTTP server. In development its reload socket is passed on, too. */
export async function preparePages(config: Config, server: Server): Promise<{ pages: Pages; close(): Promise<void> }> {
  const app = next({ dev: config.dev, dir: root, hostname: config.host, port: config.port, httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  const upgrade = app.getUpgradeHandler();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith("/socket.io/")) return;
    if (config.dev) void upgrade(request, socket, head);
    else socket.destroy();
  });
  return { pages: (request, response) => handle(request, response), close: () => app.close() };
}
