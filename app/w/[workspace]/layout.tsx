import type { ReactNode } from "react";
import { WorkspaceFrame } from "../../_frame/workspace-frame";

export default async function WorkspaceLayout({ children, params }: { children: ReactNode; params: Promise<{ workspace: string }> }) {
  const { workspace } = await params;
  return (
    // Another workspace is another world: its queries, socket and uploads start anew.
    <WorkspaceFrame key={workspace} slug={decodeURIComponent(workspace)}>
      {children}
    </WorkspaceFrame>
  );
}
