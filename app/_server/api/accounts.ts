import { addMember } from "#lib/data/add-member";
import { changeMember } from "#lib/data/change-member";
import { createWorkspace } from "#lib/data/create-workspace";
import { listApiKeys, type ApiKeyOf } from "#lib/data/list-api-keys";
import { listMembers, type MemberOf } from "#lib/data/list-members";
import type { Membership } from "#lib/data/list-memberships";
import { removeMember } from "#lib/data/remove-member";
import { revokeApiKey } from "#lib/data/revoke-api-key";
import { createSignInCode } from "#lib/data/sign-in-code";
import { LatheError } from "#lib/domain/errors";
import { allows } from "#lib/domain/role";
import type { accountOperations, ApiKey, Member, Workspace } from "#lib/protocol/accounts";
import { roleTooSmall } from "../authorise";
import { createApiKey } from "../create-api-key";
import type { Call, Handlers } from "./call";
import { ok } from "./ok";

export const accountHandlers: Handlers<keyof typeof accountOperations> = {
  async "me.show"({ access }) {
    const workspace = (access.workspace as Membership | null) && presentWorkspace(access.workspace);
    return { user: access.user, workspace, workspaces: access.memberships.map(presentWorkspace) };
  },

  async "workspace.create"({ services, access }, { slug, name }) {
    requireSession(access, "A workspace is made by a person on the page");
    const row = await createWorkspace(services.db, { slug, name, ownerId: access.user.id });
    return { id: row.id, slug: row.slug, name: row.name, role: "owner" };
  },

  async "member.list"({ services, access }) {
    return (await listMembers(services.db, access.workspace)).map(presentMember);
  },

  async "member.add"({ services, access }, { email, name, role }) {
    const { member, isNew } = await addMember(services.db, { workspaceId: access.workspace.workspaceId, email, name, role });
    const signInUrl = isNew ? (await makeLink(services, member.userId)).url : null;
    return { member: presentMember(member), signInUrl };
  },

  async "member.change"({ services, access }, { userId, role }) {
    const member = await changeMember(services.db, { workspaceId: access.workspace.workspaceId, userId, role });
    await services.s3Keys.sync();
    return presentMember(member);
  },

  async "member.remove"({ services, access }, { userId }) {
    const { workspaceId } = access.workspace;
    await removeMember(services.db, { workspaceId, userId });
    await services.s3Keys.sync();
    services.live.disconnect({ workspaceId, userId });
    return ok;
  },

  async "api-key.list"({ services, access }) {
    const { workspaceId } = access.workspace;
    return (await listApiKeys(services.db, { userId: access.user.id, workspaceId })).map(presentApiKey);
  },

  async "api-key.create"({ services, access }, { name, role = access.workspace.role }) {
    if (!allows(access.workspace.role, role)) throw roleTooSmall(access.workspace.role, role);
    const { workspaceId } = access.workspace;
    const { id, key } = await createApiKey(services.auth, { userId: access.user.id, workspaceId, name, role });
    const made = (await listApiKeys(services.db, { userId: access.user.id, workspaceId })).find((apiKey) => apiKey.id === id);
    return { apiKey: presentApiKey(made!), key };
  },

  async "api-key.revoke"({ services, access }, { id }) {
    await revokeApiKey(services.db, { id, userId: access.user.id, workspaceId: access.workspace.workspaceId });
    return ok;
  },

  async "sign-in-link.create"({ services, access }) {
    // A session reaches more than a key that was given out with a small role.
    if (access.via === "api-key") {
      const role = access.memberships[0]?.role ?? "viewer";
      if (!allows(role, "owner")) throw roleTooSmall(role, "owner");
    }
    return makeLink(services, access.user.id);
  },
};

async function makeLink({ db, config }: Call["services"], userId: string): Promise<{ url: string; expiresAtMs: number }> {
  const { code, expiresAt } = await createSignInCode(db, { userId, now: new Date() });
  return { url: `${config.url}/sign-in/link?code=${code}`, expiresAtMs: expiresAt.getTime() };
}

function requireSession(access: Call["access"], what: string): void {
  if (access.via === "session") return;
  throw new LatheError({
    code: "session_needed",
    message: `${what}; an API key belongs to one workspace.`,
    nextStep: "Sign in on the page and do it there.",
    status: 403,
  });
}

function presentWorkspace({ workspaceId, slug, name, role }: Membership): Workspace {
  return { id: workspaceId, slug, name, role };
}

function presentMember({ joinedAt, ...member }: MemberOf): Member {
  return { ...member, joinedAtMs: joinedAt.getTime() };
}

function presentApiKey({ id, name, start, role, createdAt, lastUsedAt }: ApiKeyOf): ApiKey {
  return { id, name, start, role, createdAtMs: createdAt.getTime(), lastUsedAtMs: lastUsedAt?.getTime() ?? null };
}
