'use client';

import { Braces, FileText, Folder, X } from 'lucide-react';
import type { ContextMention } from '#server/features/retrieval/context/contract.ts';
import { mentionKey, mentionLabel } from './asked.ts';

const ICONS = { file: FileText, folder: Folder, symbol: Braces };
const CHIP =
  'inline-flex h-7 min-w-0 max-w-72 items-center gap-1.5 rounded-control border border-line bg-sunken pl-2 font-mono text-tiny text-ink-2';

interface MentionChipsProps {
  mentions: readonly ContextMention[];
  /** Absent where they are only shown. */
  onRemove?: (mention: ContextMention) => void;
}

/** What a question points at: files, folders, symbols. */
export function MentionChips({ mentions, onRemove }: MentionChipsProps) {
  return mentions.map((mention) => {
    const Icon = ICONS[mention.kind];
    const label = mentionLabel(mention);
    return (
      <span
        key={mentionKey(mention)}
        className={onRemove === undefined ? `${CHIP} pr-2` : CHIP}
        title={mention.path}
      >
        <Icon size={13} aria-hidden="true" className="shrink-0 text-ink-3" />
        <span className="truncate">{label}</span>
        {onRemove === undefined ? null : (
          <button
            type="button"
            aria-label={`Remove ${label}`}
            onClick={() => onRemove(mention)}
            className="reach grid h-full w-6 shrink-0 place-items-center text-ink-3 hover:text-ink"
          >
            <X size={12} aria-hidden="true" />
          </button>
        )}
      </span>
    );
  });
}
