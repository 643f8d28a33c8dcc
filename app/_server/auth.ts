import { apiKey, defaultKeyHasher } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { APIError } from "better-call";
import { z } from "zod";
import type { Database } from "#lib/data/database";
import type { Config } from "./config";

export const apiKeyPrefix = "lathe_";

/**
 * Passwords, sessions and keys are better-auth's; who may do what is ours (authorise.ts). Nobody signs up: a member is
 * added by an owner and comes in by a one-time link.
 */
export function createAuth(db: Database, config: Config) {
  const isHttps = config.url.startsWith("https:");
  return betterAuth({
    appName: "Lathe",
    baseURL: config.url,
    basePath: "/api/auth",
    secret: config.secret,
    database: prismaAdapter(db, { provider: "postgresql", transaction: true }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 256 },
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    // web's own limiter counts sign-ins by the connection's address, which a header cannot fake.
    rateLimit: { enabled: false },
    // Our Origin check runs before it, and knows the address the browser used.
    trustedOrigins: (request) => (request ? [request.headers.get("origin") ?? ""].filter(Boolean) : []),
    telemetry: { enabled: false },
    logger: { disabled: true },
    advanced: {
      cookiePrefix: "lathe",
      // `__Host-` pins a cookie to this host and path; the name is set whole, so better-auth must not add its own prefix.
      useSecureCookies: false,
      ...(isHttps
        ? { cookies: { session_token: { name: "__Host-lathe.session_token" }, dont_remember: { name: "__Host-lathe.dont_remember" } } }
        : {}),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure: isHttps, path: "/" },
    },
    plugins: [
      apiKey({
        defaultPrefix: apiKeyPrefix,
        enableMetadata: true,
        requireName: true,
        maximumNameLength: 32,
        rateLimit: { enabled: false },
        startingCharactersConfig: { shouldStore: true, charactersLength: apiKeyPrefix.length + 6 },
      }),
      sessionByLink(),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** Signs a person in whose one-time code has been used up. The server calls it; over HTTP there is no such path. */
function sessionByLink() {
  return {
    id: "session-by-link",
    endpoints: {
      signInByLink: createAuthEndpoint(
        "/session-by-link",
        { method: "POST", body: z.object({ userId: z.string() }), metadata: { SERVER_ONLY: true } },
        async (ctx) => {
          const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId);
          if (!user) throw new APIError("NOT_FOUND");
          const session = await ctx.context.internalAdapter.createSession(user.id);
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ ok: true });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

/** As better-auth stores keys. */
export function hashApiKey(key: string): Promise<string> {
  return defaultKeyHasher(key);
}
