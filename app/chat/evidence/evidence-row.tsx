'use client';

import type { ContextMention } from '#server/features/retrieval/context/contract.ts';
import { leaveOut, removeMention } from './asked.ts';
import { MentionChips } from './mention-chips.tsx';
import { PreviewButton } from './preview-button.tsx';
import type { ComposerEvidence } from './use-evidence.ts';
import { WorkspaceChip } from './workspace-chip.tsx';

/** Above the message: the folder it is about, what it points at, and what would go with it. */
export function EvidenceRow({ evidence }: { evidence: ComposerEvidence }) {
  const { conversationId, workspaceId, asked, preview, attach } = evidence;
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-2.5 pt-2.5">
      <WorkspaceChip workspaceId={workspaceId} onAttach={attach} />
      <MentionChips
        mentions={asked.mentions}
        onRemove={(mention: ContextMention) => removeMention(conversationId, mention)}
      />
      {preview === undefined ? null : (
        <PreviewButton
          found={preview.data}
          error={preview.error}
          searching={preview.isFetching}
          leftOut={asked.left_out}
          onLeaveOut={(place, isOut) => leaveOut(conversationId, place, isOut)}
        />
      )}
    </div>
  );
}
