import { GitBranch } from 'lucide-react';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { IndexSummary } from '../index-state/index-summary.tsx';
import { WorkspaceSwitcher } from './workspace-switcher.tsx';

interface WorkspaceTitleProps {
  workspace: Workspace;
  workspaces: Workspace[];
  onOpenFolder: () => void;
}

/** Which workspace, which branch, and how much of it is indexed. */
export function WorkspaceTitle(props: WorkspaceTitleProps) {
  const { workspace } = props;
  return (
    <div className="flex min-w-0 items-center gap-2.5">
      <h1 className="flex min-w-0">
        <WorkspaceSwitcher {...props} />
      </h1>
      {workspace.branch !== null && (
        <p
          title="Branch"
          className="flex h-6 min-w-0 max-w-48 items-center gap-1 rounded-full border border-line px-2 text-tiny max-sm:hidden"
        >
          <GitBranch size={12} aria-hidden="true" className="text-ink-3" />
          <span className="sr-only">Branch </span>
          <span className="truncate">{workspace.branch}</span>
        </p>
      )}
      <div className="min-w-0 max-md:shrink-0">
        {!workspace.missing && <IndexSummary id={workspace.id} />}
      </div>
    </div>
  );
}
