import type { IncomingMessage, ServerResponse } from "node:http";
import { fromNodeHeaders } from "better-auth/node";
import { z } from "zod";
import { consumeSignInCode } from "#lib/data/sign-in-code";
import { listMemberships } from "#lib/data/list-memberships";
import { LatheError } from "#lib/domain/errors";
import { requireSameOrigin } from "./origin";
import { RateLimit } from "./rate-limit";
import { readBody } from "./read-body";
import { redirect, send } from "./respond";
import type { Services } from "./services";

/** What of better-auth is open over HTTP. Its key and account routes are not: ours know workspaces and roles. */
const open = new Set([
  "POST /sign-in/email",
  "POST /sign-out",
  "GET /get-session",
  "POST /change-password",
  "POST /update-user",
  "GET /list-sessions",
  "POST /revoke-session",
  "POST /revoke-other-sessions",
]);

const newPassword = z.object({ newPassword: z.string().min(8).max(256) });

const byAddress = new RateLimit({ max: 20, windowMs: 60_000 });
const byAccount = new RateLimit({ max: 8, windowMs: 5 * 60_000 });
const byLink = new RateLimit({ max: 30, windowMs: 60_000 });

type Needs = Pick<Services, "auth" | "config" | "db">;

/** /api/auth/…: passwords and sessions. @throws LatheError */
export async function handleAuth({ auth, config }: Needs, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const path = url.pathname.slice("/api/auth".length);
  const method = request.method ?? "GET";
  if (method === "POST" && path === "/set-password") return setPassword({ auth, config }, request, response);
  if (!open.has(`${method} ${path}`)) throw nothingHere();
  if (method !== "GET") requireSameOrigin(request.headers, config.url);
  const body = method === "GET" ? undefined : await readBody(request, 64 * 1024);
  if (path === "/sign-in/email") limitSignIn(request, body!);
  const answer = await auth.handler(
    new Request(`${config.url}${url.pathname}${url.search}`, {
      method, headers: headersFor(request), ...(body?.length ? { body: new Uint8Array(body) } : {}),
    }),
  );
  await passOn(answer, response);
}

/** For a person who came in by a link and has no password yet; one who has it changes it with the old one. */
async function setPassword({ auth, config }: Pick<Needs, "auth" | "config">, request: IncomingMessage, response: ServerResponse): Promise<void> {
  requireSameOrigin(request.headers, config.url);
  const body = await readBody(request, 64 * 1024);
  const answer = await auth.api.setPassword({ body: parsePassword(body), headers: headersFor(request), asResponse: true });
  await passOn(answer, response);
}

function parsePassword(body: Buffer): { newPassword: string } {
  try {
    return newPassword.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    throw new LatheError({
      code: "invalid_input",
      message: '"newPassword" must be 8 to 256 characters of text.',
      nextStep: "Choose a longer password.",
      cause: error,
    });
  }
}

/** GET /sign-in/link?code=…: uses the code up and signs its person in. */
export async function handleSignInLink({ auth, db }: Needs, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  byLink.take(addressOf(request));
  // The code is in the address: no other page may learn it from the Referer.
  response.setHeader("referrer-policy", "no-referrer");
  const used = await consumeSignInCode(db, { code: url.searchParams.get("code") ?? "", now: new Date() });
  if (!used) return redirect(response, "/sign-in?reason=link-used");
  const answer = await auth.api.signInByLink({ body: used, headers: headersFor(request), asResponse: true });
  if (!answer.ok) return redirect(response, "/sign-in?reason=link-used");
  response.setHeader("set-cookie", answer.headers.getSetCookie());
  const [first] = await listMemberships(db, used);
  redirect(response, first ? `/w/${first.slug}` : "/");
}

function limitSignIn(request: IncomingMessage, body: Buffer): void {
  byAddress.take(addressOf(request));
  let email: unknown;
  try {
    email = (JSON.parse(body.toString("utf8")) as { email?: unknown }).email;
  } catch {
    // better-auth says what is wrong with it
    return;
  }
  if (typeof email === "string") byAccount.take(email.toLowerCase().slice(0, 254));
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "unknown";
}

/** Without the hop's own: better-auth reads the address it is called by from its base URL. */
function headersFor(request: IncomingMessage): Headers {
  const headers = fromNodeHeaders(request.headers);
  for (const name of ["connection", "content-length", "transfer-encoding", "host", "expect", "upgrade", "keep-alive"]) headers.delete(name);
  return headers;
}

async function passOn(answer: Response, response: ServerResponse): Promise<void> {
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  send(response, answer.status, answer.headers.get("content-type") ?? "application/json", Buffer.from(await answer.arrayBuffer()));
}

function nothingHere(): LatheError {
  return new LatheError({
    code: "route_not_found",
    message: "There is nothing at this path.",
    nextStep: "Members, API keys and sign-in links are under /api/v1; see /api/v1/openapi.json.",
    status: 404,
  });
}
