'use client';

import { FolderSearch, FolderTree, Settings2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Sheet } from '#app/_ui/sheet.tsx';
import { forgetFocus, useFocusWanted } from './focus-wanted.ts';
import { GraphButton } from './graph/graph-button.tsx';
import { WorkspaceTitle } from './header/workspace-title.tsx';
import { MeasureButton } from './measure/measure-button.tsx';
import { showWorkspace, usePlace } from './place.ts';
import { recallTreeOpen, toggleTree, useTreeOpen } from './tree-open.ts';
import { useWorkspaces } from './use-workspaces.ts';

const WorkspaceBody = dynamic(
  () => fetchPart(() => import('./workspace-body.tsx')).then((module) => module.WorkspaceBody),
  { ssr: false },
);
const OpenFolder = dynamic(
  () => fetchPart(() => import('./open/open-folder.tsx')).then((module) => module.OpenFolder),
  { ssr: false },
);
const ProjectSettings = dynamic(
  () => fetchPart(() => import('./settings/project-settings.tsx')).then((module) => module.ProjectSettings),
  { loading: () => <p className="p-4 text-ink-3">Reading the settings</p> },
);

/** The folders a person works in: which one, its files, what is found in them, and one file beside. */
export function CodeScreen() {
  const place = usePlace();
  const { query, workspaces } = useWorkspaces();
  const treeOpen = useTreeOpen(({ open }) => open);
  const [opening, setOpening] = useState(false);
  const [settings, setSettings] = useState(false);
  const workspace = workspaces.find(({ id }) => id === place.id);
  const latest = workspaces[0]?.id;
  useEffect(recallTreeOpen, []);
  useEffect(() => {
    if (place.id === null && latest !== undefined) showWorkspace(latest, 'replace');
  }, [place.id, latest]);
  const openFolder = () => setOpening(true);
  const settled = query.data !== undefined && (place.id !== null || latest === undefined);
  const noSearch = query.error !== null || (workspace === undefined ? settled : workspace.missing);
  const wanted = useFocusWanted(({ box }) => box);
  useEffect(() => {
    if (noSearch && wanted) forgetFocus();
  }, [noSearch, wanted]);
  return (
    <Screen
      name={workspace?.name ?? 'Code'}
      title={
        workspace && (
          <WorkspaceTitle workspace={workspace} workspaces={workspaces} onOpenFolder={openFolder} />
        )
      }
      actions={
        workspace && (
          <>
            <GraphButton />
            <MeasureButton workspace={workspace} />
            <IconButton
              icon={FolderTree}
              label={treeOpen ? 'Hide the files' : 'Show the files'}
              aria-pressed={treeOpen}
              active={treeOpen}
              onClick={toggleTree}
              className="max-md:hidden"
            />
            <IconButton
              icon={Settings2}
              label="Settings of this workspace"
              onClick={() => setSettings(true)}
            />
          </>
        )
      }
    >
      {query.error !== null && (
        <div className="p-4">
          <ErrorNote error={query.error} title="The open folders are not known." />
        </div>
      )}
      {query.data !== undefined && workspace === undefined && (
        <NoWorkspace gone={place.id !== null} any={workspaces.length > 0} onOpenFolder={openFolder} />
      )}
      {workspace && (
        <WorkspaceBody key={workspace.id} workspace={workspace} place={place} treeOpen={treeOpen} />
      )}
      {opening && <OpenFolder open={opening} onOpenChange={setOpening} />}
      <Sheet open={settings} onOpenChange={setSettings} side="right" title="Settings of this workspace">
        {workspace && <ProjectSettings workspace={workspace} />}
      </Sheet>
    </Screen>
  );
}

interface NoWorkspaceProps {
  /** The address names one that is not open. */
  gone: boolean;
  any: boolean;
  onOpenFolder: () => void;
}

function NoWorkspace({ gone, any, onOpenFolder }: NoWorkspaceProps) {
  return (
    <EmptyState
      icon={FolderSearch}
      title={gone ? 'This folder is not open any more' : 'No folder is open'}
      actions={
        <>
          {any && <Button onClick={() => showWorkspace(null)}>Show another one</Button>}
          <Button look="primary" onClick={onOpenFolder}>
            Open a folder
          </Button>
        </>
      }
    >
      Open the folder of a project to read its files, search it, and ask about it in a conversation.
      Everything stays on this machine.
    </EmptyState>
  );
}
