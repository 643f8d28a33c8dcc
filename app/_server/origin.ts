import type { IncomingHttpHeaders } from "node:http";
import { LatheError } from "#lib/domain/errors";

/**
 * Did a page of this very site send it? A browser says where a request comes from in `Origin`; programs that are no
 * browser send none, and they carry no cookie that somebody could abuse.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, ownUrl: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return headers["sec-fetch-site"] === undefined || ["same-origin", "none"].includes(String(headers["sec-fetch-site"]));
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === host || origin === new URL(ownUrl).origin;
}

/** A change asked for with a cookie must come from our own pages. @throws LatheError 403 `foreign_origin` */
export function requireSameOrigin(headers: IncomingHttpHeaders, ownUrl: string): void {
  if (isSameOrigin(headers, ownUrl)) return;
  throw new LatheError({
    code: "foreign_origin",
    message: "This request came from another site's page.",
    nextStep: `Use Lathe's own pages, or an API key. Behind a proxy, set LATHE_URL to the address people use; it is ${new URL(ownUrl).origin} now.`,
    status: 403,
  });
}
