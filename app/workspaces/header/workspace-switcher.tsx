'use client';

import { ChevronDown, FolderOpen, FolderSearch, X } from 'lucide-react';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { showName } from '../show-name.ts';
import { useWorkspaceActions } from '../use-workspaces.ts';

interface WorkspaceSwitcherProps {
  workspace: Workspace;
  workspaces: Workspace[];
  onOpenFolder: () => void;
}

/** The name of the workspace, and the way to the others. */
export function WorkspaceSwitcher({ workspace, workspaces, onOpenFolder }: WorkspaceSwitcherProps) {
  const { choose, close } = useWorkspaceActions();
  const entries: MenuEntry[] = [
    ...workspaces.map((one) => ({
      label: showName(one.name),
      hint: one.missing ? `${showName(one.path)}: not there` : showName(one.path),
      checked: one.id === workspace.id,
      run: () => choose(one.id),
    })),
    'separator',
    { label: 'Open a folder…', icon: FolderOpen, run: onOpenFolder },
    { label: `Close ${showName(workspace.name)}`, icon: X, run: () => close(workspace) },
  ];
  return (
    <Menu
      align="start"
      entries={entries}
      trigger={
        <button
          type="button"
          className="reach -ml-1.5 flex h-8 min-w-0 items-center gap-2 rounded-control px-1.5 transition-colors hover:bg-hover"
        >
          <FolderSearch size={17} aria-hidden="true" className="text-ink-2" />
          <span className="sr-only">Workspace: </span>
          <span className="truncate text-heading font-semibold">{showName(workspace.name)}</span>
          <ChevronDown size={14} aria-hidden="true" className="text-ink-3" />
        </button>
      }
    />
  );
}
