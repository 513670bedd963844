'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import type { AskedContext } from '#server/features/chat/contract.ts';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { prepare, recallFolder, useNewConversation } from '../new-conversation.ts';
import { focusComposer } from '../open-id.ts';
import { addMention, type Asked, clearAsked, useAsked } from './asked.ts';
import { usePreview } from './use-preview.ts';
import { searchesByItself, useOpenWorkspaces } from './use-workspaces.ts';

interface EvidenceOptions {
  conversationId: string | null;
  workspaceId: string | null;
  draft: string;
  modelId: string | undefined;
  /** A preview may be asked for: it counts with the model, and would load it. */
  previews: boolean;
  onAttach: (id: string | null) => void;
}

/** What goes with the next question of a conversation. */
export interface ComposerEvidence {
  conversationId: string | null;
  workspaceId: string | null;
  asked: Asked;
  preview: ReturnType<typeof usePreview>;
  attach: (id: string | null) => void;
  /** As the question is sent with; null: with nothing; undefined: as the daemon knows the folder. */
  context: AskedContext | null | undefined;
}

export function useEvidence(options: EvidenceOptions): ComposerEvidence {
  const { conversationId, workspaceId, draft, modelId, previews, onAttach } = options;
  const asked = useAsked(conversationId);
  const workspaces = useOpenWorkspaces();
  const workspace = workspaces?.find(({ id }) => id === workspaceId);
  const automatic = workspace !== undefined && searchesByItself(workspace);
  const preview = usePreview({
    ...{ workspaceId: workspace?.id ?? null, automatic, asked, draft, modelId, enabled: previews },
  });
  useEffect(recallFolder, []);
  useQuestionInAddress();
  return {
    ...{ conversationId, workspaceId, asked, preview },
    attach(id) {
      // What was pointed at lies in the folder that it was about.
      if (id !== workspaceId) clearAsked(conversationId);
      onAttach(id);
    },
    context: contextOf({ workspaceId, known: workspaces !== undefined, workspace, automatic, asked }),
  };
}

interface Known {
  workspaceId: string | null;
  /** Which folders are open is known here. */
  known: boolean;
  workspace: Workspace | undefined;
  automatic: boolean;
  asked: Asked;
}

function contextOf({ workspaceId, known, workspace, automatic, asked }: Known): ComposerEvidence['context'] {
  if (workspaceId === null) return null;
  if (workspace !== undefined) return { workspace_id: workspace.id, automatic, ...asked };
  if (known) return null;
  return asked.mentions.length === 0 ? undefined : { workspace_id: workspaceId, automatic: true, ...asked };
}

/** The address of `questionAddress`, as the Code screen asks: a new conversation about that. */
function useQuestionInAddress(): void {
  const query = useSearchParams();
  const router = useRouter();
  const workspaceId = query.get('workspace');
  const file = query.get('file');
  const folder = query.get('folder');
  const line = lineOf(query.get('line'));
  const end_line = lineOf(query.get('end'));
  useEffect(() => {
    if (workspaceId === null) return;
    if (useNewConversation.getState().workspace_id !== workspaceId) clearAsked(null);
    prepare({ workspace_id: workspaceId });
    if (folder !== null) addMention(null, { kind: 'folder', path: folder });
    if (file !== null) {
      const lines = line === undefined ? {} : { line, ...(end_line === undefined ? {} : { end_line }) };
      addMention(null, { kind: 'file', path: file, ...lines });
    }
    router.replace('/chat');
    focusComposer();
  }, [workspaceId, file, folder, line, end_line, router]);
}

function lineOf(text: string | null): number | undefined {
  const line = Number(text);
  return Number.isSafeInteger(line) && line > 0 ? line : undefined;
}
