import { spawn } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

export type Reply = { status?: number; json?: unknown; text?: string; drop?: boolean };
export type Handler = (request: { method: string; path: string; query: URLSearchParams; body: string; headers: http.IncomingHttpHeaders }) => Reply | undefined;

/**
 * A server that answers as told, for what a real Lathe cannot be made to do on demand (an answer that fails twice, a
 * hostile key). The journey against the real one is in e2e.
 */
export async function fakeLathe(handler: Handler): Promise<{ url: string; close: () => Promise<void> }> {
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url!, "http://x");
    const reply = handler({
      method: request.method!,
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      body: Buffer.concat(chunks).toString(),
      headers: request.headers,
    });
    if (reply?.drop) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply ? (reply.status ?? 200) : 404, { "content-type": "application/json" });
    response.end(reply?.text ?? JSON.stringify(reply?.json ?? null));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()),
  };
}

export type CliRun = { code: number; stdout: string; stderr: string };

/** Runs the command as a person would, in a process of its own. */
export function lathe(words: readonly string[], env: Record<string, string> = {}): Promise<CliRun> {
  const entry = path.resolve(import.meta.dirname, "../../lathe.mjs");
  const child = spawn(process.execPath, [entry, ...words], { env: { NODE_ENV: "test", PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
