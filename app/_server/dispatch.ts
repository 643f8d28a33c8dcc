import type { IncomingMessage, ServerResponse } from "node:http";
import { callOperation, matchRoute } from "./api/router";
import { openApiDocument } from "./api/openapi";
import { handleAuth, handleSignInLink } from "./auth-routes";
import { handleReady } from "./health";
import { problemOf } from "./problem";
import { send, sendJson, sendProblem, sendText } from "./respond";
import { setPagePolicy, setSecurityHeaders } from "./security-headers";
import { handleServe } from "./serve/routes";
import type { Services } from "./services";
import { handleThumbnail, thumbnailBucket } from "./thumbnail-route";

/** Next's handler; null where web serves the API only. */
export type Pages = ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null;

/** Every request comes through here and gets an answer. */
export function createDispatch(services: Services, pages: Pages): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const startedMs = performance.now();
    let route = "page";
    response.on("close", () => {
      const durationMs = performance.now() - startedMs;
      services.metrics.observeRequest({ route, method: request.method ?? "", status: response.statusCode, durationMs });
    });
    const named = (name: string) => (route = name);
    answer(services, pages, request, response, named).catch((error: unknown) => {
      const problem = problemOf(error);
      if (problem.status >= 500) {
        services.log[problem.status === 500 ? "error" : "warn"](
          { err: problem.cause ?? problem, code: problem.code, method: request.method, path: pathOf(request), route },
          problem.message,
        );
      }
      sendProblem(response, problem);
    });
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0]!;
}

async function answer(
  services: Services,
  pages: Pages,
  request: IncomingMessage,
  response: ServerResponse,
  named: (route: string) => void,
): Promise<void> {
  setSecurityHeaders(response, services.config);
  const url = urlOf(request);
  if (!url) return sendText(response, 400, "This address cannot be read.\n");
  const { pathname } = url;

  if (pathname === "/healthz") return sendText(response, 200, "ok\n");
  if (pathname === "/readyz") return handleReady(services, response);
  if (pathname === "/metrics") {
    named("metrics");
    const { contentType, body } = await services.metrics.text();
    return send(response, 200, contentType, Buffer.from(body));
  }
  if (pathname.startsWith("/api/auth/")) {
    named("auth");
    return handleAuth(services, request, response, url);
  }
  if (pathname.startsWith("/api/v1/")) return answerApi(services, request, response, url, named);
  if (pathname.startsWith("/serve/")) {
    named("serve");
    return handleServe(services, request, response, url);
  }
  if (pathname === "/sign-in/link" && request.method === "GET") {
    named("sign-in-link");
    return handleSignInLink(services, request, response, url);
  }
  if (!pages) return sendText(response, 404, "There are no pages here: this web was started with LATHE_API_ONLY=1.\n");
  setPagePolicy(request, response, services.config);
  await pages(request, response);
}

async function answerApi(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  named: (route: string) => void,
): Promise<void> {
  if (url.pathname === "/api/v1/openapi.json" && request.method === "GET") {
    named("openapi");
    return sendJson(response, 200, openApiDocument(services.config.url, services.version));
  }
  const bucket = request.method === "GET" ? thumbnailBucket(url.pathname) : null;
  if (bucket !== null) {
    named("thumbnail");
    return handleThumbnail(services, request, response, url, bucket);
  }
  const match = matchRoute(request.method ?? "GET", url.pathname.slice("/api/v1".length));
  named(match.name);
  sendJson(response, 200, await callOperation(services, request, url, match));
}

function urlOf(request: IncomingMessage): URL | null {
  const path = request.url ?? "/";
  return path.startsWith("/") && URL.canParse(path, "http://localhost") ? new URL(path, "http://localhost") : null;
}
