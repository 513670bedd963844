'use client';

import { FolderSearch } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { CodeCommands } from './go-to/code-commands.tsx';
import { EmbedderSection } from './index-state/embedder-section.tsx';
import { IndexingFooter } from './index-state/indexing-footer.tsx';

/** The screen of folders that are open: their files, and what is found in them. */
export const workspacesSlots: ScreenFeature = {
  name: 'workspaces',
  slots: {
    'frame.banner': [{ id: 'workspaces.commands', content: CodeCommands }],
    'settings.section': [{ id: 'workspaces.index', title: 'Code index', content: EmbedderSection }],
    'sidebar.footer': [{ id: 'workspaces.indexing', content: IndexingFooter }],
    'sidebar.item': [{ href: '/workspaces', label: 'Code', icon: FolderSearch }],
  },
};
