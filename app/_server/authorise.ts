import type { IncomingHttpHeaders } from "node:http";
import { fromNodeHeaders } from "better-auth/node";
import { findApiKey } from "#lib/data/find-api-key";
import { findUser } from "#lib/data/find-user";
import { listMemberships, type Membership } from "#lib/data/list-memberships";
import { LatheError } from "#lib/domain/errors";
import { allows, roles, type Role } from "#lib/domain/role";
import { workspaceHeader } from "#lib/protocol/api";
import { hashApiKey } from "./auth";
import { requireSameOrigin } from "./origin";
import type { Services } from "./services";

export type User = { id: string; name: string; email: string };

export type Access = {
  user: User;
  /** the key's, or the one asked for, or the first; null for a person who is in none */
  workspace: Membership | null;
  /** those this credential reaches */
  memberships: Membership[];
  via: "session" | "api-key";
};

export type AccessInWorkspace = Access & { workspace: Membership };

type Needs = { db: Services["db"]; auth: Services["auth"]; config: Services["config"] };
type Asked = { headers: IncomingHttpHeaders; method?: string; workspace?: string };

/**
 * The one place where it is decided who may do what: session cookie or API key, plus the workspace asked for.
 * @param needs the least role in the workspace
 * @param asked.workspace slug, where the path or query names it; else the `lathe-workspace` header is read
 * @throws LatheError 401 without a valid credential; 404 for a workspace that is not theirs, as if it were not there;
 *   403 `role_too_small`, or for a change that another site's page sent with the cookie
 */
export async function authorise(services: Needs, asked: Asked, needs: Role): Promise<AccessInWorkspace> {
  const access = await identify(services, asked);
  const { workspace } = access;
  if (!workspace) throw noWorkspace();
  if (!allows(workspace.role, needs)) throw roleTooSmall(workspace.role, needs);
  return { ...access, workspace };
}

/** Who it is and which workspace is meant, whatever the role there. */
export async function identify(services: Needs, asked: Asked): Promise<Access> {
  const { headers } = asked;
  const token = bearer(headers);
  const access = token === null ? await bySession(services, asked) : await byApiKey(services, token);
  const slug = asked.workspace ?? headers[workspaceHeader]?.toString();
  if (slug === undefined) return { ...access, workspace: access.memberships[0] ?? null };
  const workspace = access.memberships.find((membership) => membership.slug === slug);
  if (!workspace) throw workspaceNotFound(slug);
  return { ...access, workspace };
}

type Identity = Omit<Access, "workspace">;

async function bySession({ db, auth, config }: Needs, { headers, method = "GET" }: Asked): Promise<Identity> {
  const session = headers.cookie ? await auth.api.getSession({ headers: fromNodeHeaders({ cookie: headers.cookie }) }) : null;
  if (!session) throw signInFirst();
  if (method !== "GET" && method !== "HEAD") requireSameOrigin(headers, config.url);
  const { id, name, email } = session.user;
  return { user: { id, name, email }, memberships: await listMemberships(db, { userId: id }), via: "session" };
}

/** A key reaches one workspace, with its own role or its person's, whichever is less. */
async function byApiKey({ db }: Needs, token: string): Promise<Identity> {
  const key = await findApiKey(db, { keyHash: await hashApiKey(token), now: new Date() });
  if (!key) throw invalidKey();
  const [user, memberships] = await Promise.all([
    findUser(db, { userId: key.userId }),
    listMemberships(db, { userId: key.userId }),
  ]);
  const membership = memberships.find(({ workspaceId }) => workspaceId === key.workspaceId);
  if (!user || !membership) throw invalidKey();
  const role = roles[Math.min(roles.indexOf(membership.role), roles.indexOf(key.role))]!;
  return { user, memberships: [{ ...membership, role }], via: "api-key" };
}

function bearer(headers: IncomingHttpHeaders): string | null {
  const value = headers.authorization;
  if (value === undefined) return null;
  const match = /^Bearer +(\S+) *$/i.exec(value);
  if (!match) throw invalidKey();
  return match[1]!;
}

export function workspaceNotFound(slug: string): LatheError {
  return new LatheError({
    code: "workspace_not_found",
    message: `There is no workspace "${slug}" that you are a member of.`,
    nextStep: "Check the name, or ask an owner to add you.",
    status: 404,
  });
}

function signInFirst(): LatheError {
  return new LatheError({
    code: "sign_in_needed",
    message: "You are not signed in.",
    nextStep: "Sign in on the page, or send an API key as `Authorization: Bearer <key>`.",
    status: 401,
  });
}

function invalidKey(): LatheError {
  return new LatheError({
    code: "invalid_api_key",
    message: "This API key is not valid, or not any more.",
    nextStep: "Make a new one under Settings, API keys.",
    status: 401,
  });
}

function noWorkspace(): LatheError {
  return new LatheError({
    code: "no_workspace",
    message: "You are not a member of any workspace.",
    nextStep: "Make one, or ask an owner to add you to theirs.",
    status: 404,
  });
}

export function roleTooSmall(has: Role, needs: Role): LatheError {
  return new LatheError({
    code: "role_too_small",
    message: `This needs the role ${needs}; yours here is ${has}.`,
    nextStep: `Ask an owner of the workspace to make you ${needs === "owner" ? "an owner" : `an ${needs}`}, or to do it.`,
    status: 403,
  });
}
