"use client";

import { createContext, use, useMemo, type ReactNode } from "react";
import { allows, type Role } from "#lib/domain/role";
import type { Me, Workspace } from "#lib/protocol/accounts";
import { createClient, type Client } from "#lib/sdk/client";
import { pathsOf, type Paths } from "./paths";

export type WorkspaceState = {
  /** the workspace's slug, as in the address */
  slug: string;
  workspace: Workspace;
  me: Me;
  client: Client;
  paths: Paths;
  /** whether this person's role here is at least `role` */
  may: (role: Role) => boolean;
};

const WorkspaceContext = createContext<WorkspaceState | null>(null);

/** The workspace of the page: who I am in it, the client that calls its API, the addresses of its pages. */
export function useWorkspace(): WorkspaceState {
  const state = use(WorkspaceContext);
  if (!state) throw new Error("useWorkspace needs a page below /w/[workspace]");
  return state;
}

export function WorkspaceProvider({ me, workspace, children }: { me: Me; workspace: Workspace; children: ReactNode }) {
  const value = useMemo<WorkspaceState>(
    () => ({
      slug: workspace.slug,
      workspace,
      me,
      client: createClient({ baseUrl: "", workspace: workspace.slug }),
      paths: pathsOf(workspace.slug),
      may: (role) => allows(workspace.role, role),
    }),
    [me, workspace],
  );
  return <WorkspaceContext value={value}>{children}</WorkspaceContext>;
}
