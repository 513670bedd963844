'use client';

import { FolderX } from 'lucide-react';
import dynamic from 'next/dynamic';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { classes } from '#app/_ui/classes.ts';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { fileEntry, useAsk } from './ask.ts';
import { useGraphPlace } from './graph/graph-place.ts';
import type { Place } from './place.ts';
import { SearchPane } from './search/search-pane.tsx';
import { useSearchTerms } from './search/search-place.ts';
import { isAsked } from './search/use-search.ts';
import { FileTree } from './tree/file-tree.tsx';
import { useFileChanges } from './use-workspaces.ts';
import { FilePane } from './viewer/file-pane.tsx';

const GraphPane = dynamic(
  () => fetchPart(() => import('./graph/graph-pane.tsx')).then((module) => module.GraphPane),
  { ssr: false },
);

interface WorkspaceBodyProps {
  workspace: Workspace;
  place: Place;
  treeOpen: boolean;
}

/** Files, what is searched for, and the file that is shown beside. Where the page is narrow one takes the place of the others. */
export function WorkspaceBody({ workspace, place, treeOpen }: WorkspaceBodyProps) {
  const { id } = workspace;
  const { path } = place;
  const terms = useSearchTerms();
  const graph = useGraphPlace();
  const searching = isAsked(terms) || terms.duplicates || graph.view !== null;
  const ask = useAsk(id);
  useFileChanges(id);
  useShortcut('code.ask', () => ask(path === null ? undefined : fileEntry({ ...place, path })));
  if (workspace.missing) {
    return (
      <EmptyState icon={FolderX} title="The folder is not there">
        {workspace.path} was moved, removed, or its disk is away. It is shown again as soon as it is back;
        what was indexed is kept.
      </EmptyState>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <div
        className={classes(
          'flex min-h-0 min-w-0 md:order-2',
          searching && 'flex-1',
          // Beside a file nothing is asked of, the search needs no half of the page.
          searching || path === null ? 'md:flex-1' : 'md:w-[340px] md:shrink-0',
          path !== null && 'max-md:hidden md:border-r',
        )}
      >
        {graph.view === null ? (
          <SearchPane id={id} terms={terms} place={place} />
        ) : (
          <GraphPane id={id} place={{ ...graph, view: graph.view }} path={path} />
        )}
      </div>
      <aside
        aria-label="Files"
        className={classes(
          'flex min-h-0 flex-col border-line md:order-1 md:w-56 md:shrink-0 md:border-r',
          path === null && !searching ? 'max-md:flex-1 max-md:border-t' : 'max-md:hidden',
          !treeOpen && 'md:hidden',
        )}
      >
        <FileTree id={id} path={path} />
      </aside>
      {path !== null && (
        <div className="flex min-h-0 min-w-0 flex-1 md:order-3">
          <FilePane key={path} id={id} path={path} line={place.line} endLine={place.endLine} />
        </div>
      )}
    </div>
  );
}
