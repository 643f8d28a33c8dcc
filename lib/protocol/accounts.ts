import { z } from "zod";
import { roles } from "#lib/domain/role";
import { done, name, timeMs } from "./common";
import { operation } from "./operation";

export const role = z.enum(roles);
export const workspace = z.object({ id: z.string(), slug: z.string(), name: z.string(), role });
export type Workspace = z.infer<typeof workspace>;

export const me = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /** the workspace this call is about: the API key's, or the one asked for, or the first */
  workspace: workspace.nullable(),
  workspaces: z.array(workspace),
});
export type Me = z.infer<typeof me>;

export const member = z.object({ userId: z.string(), name: z.string(), email: z.string(), role, joinedAtMs: timeMs });
export type Member = z.infer<typeof member>;

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** the first characters, to recognise it by */
  start: z.string(),
  role,
  createdAtMs: timeMs,
  lastUsedAtMs: timeMs.nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

export const accountOperations = {
  "me.show": operation({ method: "GET", path: "/me", role: "user", summary: "Who am I, and in which workspace", response: me }),
  "workspace.create": operation({
    method: "POST", path: "/workspaces", role: "user", summary: "Make a workspace",
    body: z.object({ slug: name, name: z.string().trim().min(1).max(100) }), response: workspace,
  }),
  "member.list": operation({ method: "GET", path: "/members", role: "viewer", summary: "Members of the workspace", response: z.array(member) }),
  "member.add": operation({
    method: "POST", path: "/members", role: "owner", summary: "Add a member; a new person gets a one-time sign-in link",
    body: z.object({ email: z.email().max(254), name: z.string().trim().min(1).max(100), role }),
    response: z.object({ member, signInUrl: z.string().nullable() }),
  }),
  "member.change": operation({
    method: "PATCH", path: "/members/{userId}", role: "owner", summary: "Change a member's role",
    params: z.object({ userId: z.string() }), body: z.object({ role }), response: member,
  }),
  "member.remove": operation({
    method: "DELETE", path: "/members/{userId}", role: "owner", summary: "Remove a member",
    params: z.object({ userId: z.string() }), response: done,
  }),
  "api-key.list": operation({ method: "GET", path: "/api-keys", role: "viewer", summary: "My API keys in this workspace", response: z.array(apiKey) }),
  "api-key.create": operation({
    method: "POST", path: "/api-keys", role: "viewer", summary: "Make an API key; it is shown once",
    body: z.object({ name: z.string().trim().min(1).max(32), role: role.optional() }),
    response: z.object({ apiKey, key: z.string() }),
  }),
  "api-key.revoke": operation({
    method: "DELETE", path: "/api-keys/{id}", role: "viewer", summary: "Revoke one of my API keys",
    params: z.object({ id: z.string() }), response: done,
  }),
  "sign-in-link.create": operation({
    method: "POST", path: "/sign-in-links", role: "user", summary: "A one-time link that signs me in on another browser",
    response: z.object({ url: z.string(), expiresAtMs: timeMs }),
  }),
};
