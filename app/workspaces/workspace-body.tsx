'use client';

import { FileText, FolderX } from 'lucide-react';
import { classes } from '#app/_ui/classes.ts';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import type { Place } from './place.ts';
import { FileTree } from './tree/file-tree.tsx';
import { useFileChanges } from './use-workspaces.ts';
import { FilePane } from './viewer/file-pane.tsx';

interface WorkspaceBodyProps {
  workspace: Workspace;
  place: Place;
  treeOpen: boolean;
}

/** Files, and the one that is shown beside them. Where the page is narrow it is one or the other. */
export function WorkspaceBody({ workspace, place, treeOpen }: WorkspaceBodyProps) {
  const { id } = workspace;
  const { path } = place;
  useFileChanges(id);
  if (workspace.missing) {
    return (
      <EmptyState icon={FolderX} title="The folder is not there">
        {workspace.path} was moved, removed, or its disk is away. It is shown again as soon as it is back;
        what was indexed is kept.
      </EmptyState>
    );
  }
  return (
    <div className="flex min-h-0 flex-1">
      <aside
        aria-label="Files"
        className={classes(
          'flex min-h-0 flex-col border-line md:w-64 md:shrink-0 md:border-r',
          path === null ? 'max-md:flex-1' : 'max-md:hidden',
          !treeOpen && 'md:hidden',
        )}
      >
        <FileTree id={id} path={path} />
      </aside>
      {path === null ? (
        <div className="flex min-w-0 flex-1 items-center justify-center max-md:hidden">
          <EmptyState icon={FileText} title="No file is shown">
            Choose one at the left. Arrow keys move, Enter opens.
          </EmptyState>
        </div>
      ) : (
        <FilePane key={path} id={id} path={path} line={place.line} endLine={place.endLine} />
      )}
    </div>
  );
}
