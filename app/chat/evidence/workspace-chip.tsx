'use client';

import { FolderPlus, FolderSearch } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { searchesByItself, useOpenWorkspaces, useSearchByItself } from './use-workspaces.ts';

interface WorkspaceChipProps {
  workspaceId: string | null;
  onAttach: (id: string | null) => void;
}

/** Which folder the questions are about, and whether it is searched for each of them. */
export function WorkspaceChip({ workspaceId, onAttach }: WorkspaceChipProps) {
  const workspaces = useOpenWorkspaces();
  const setSearching = useSearchByItself();
  const router = useRouter();
  const attached = workspaces?.find(({ id }) => id === workspaceId);
  const isOn = attached !== undefined && searchesByItself(attached);
  const entries: MenuEntry[] = [
    ...(attached === undefined
      ? []
      : ([
          { label: 'Search it for every question', checked: isOn, run: () => setSearching(attached, !isOn) },
          { label: 'Show its files', run: () => router.push(`/workspaces?id=${attached.id}`) },
        ] satisfies MenuEntry[])),
    ...(workspaceId === null
      ? []
      : [{ label: 'Detach it', run: () => onAttach(null) }, 'separator' as const]),
    ...others(workspaces ?? [], workspaceId).map((workspace) => ({
      label: workspace.name,
      hint: workspace.path,
      run: () => onAttach(workspace.id),
    })),
    { label: 'Open a folder', icon: FolderPlus, run: () => router.push('/workspaces') },
  ];
  return (
    <Menu
      align="start"
      entries={entries}
      trigger={<ChipButton {...{ workspaceId, attached, workspaces, isOn }} />}
    />
  );
}

function others(workspaces: readonly Workspace[], workspaceId: string | null): Workspace[] {
  return workspaces.filter(({ id, missing }) => id !== workspaceId && !missing);
}

interface ChipButtonProps {
  workspaceId: string | null;
  attached: Workspace | undefined;
  workspaces: Workspace[] | undefined;
  isOn: boolean;
}

function ChipButton({ workspaceId, attached, workspaces, isOn, ...rest }: ChipButtonProps) {
  const gone = workspaceId !== null && workspaces !== undefined && attached === undefined;
  const name = attached?.name ?? (gone ? 'The folder is closed' : 'Attach a folder');
  return (
    <button
      type="button"
      {...rest}
      className="reach inline-flex h-7 max-w-56 shrink-0 items-center gap-1.5 rounded-control border border-line bg-sunken px-2 text-tiny text-ink-2 transition-colors hover:border-line-strong"
    >
      <FolderSearch size={14} aria-hidden="true" className="shrink-0" />
      <span className="truncate">{name}</span>
      {attached === undefined ? null : (
        <span className={isOn ? 'text-accent' : 'text-ink-3'}>{isOn ? 'on' : 'off'}</span>
      )}
    </button>
  );
}
