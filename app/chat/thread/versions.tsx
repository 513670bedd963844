'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import type { Message } from '#server/features/chat/contract.ts';

interface VersionsProps {
  message: Message;
  onSelect: (step: -1 | 1) => void;
}

/** Arrows between the versions of a message, `2/3`; nothing when there is one. */
export function Versions({ message, onSelect }: VersionsProps) {
  const { id, versions, role } = message;
  if (versions.length < 2) return null;
  const at = versions.indexOf(id) + 1;
  const answer = role === 'assistant';
  return (
    <div role="group" aria-label={`Version ${at} of ${versions.length}`} className="flex items-center">
      <IconButton
        icon={ChevronLeft}
        size="small"
        label="Previous version"
        shortcut={answer ? 'answer.previous' : undefined}
        disabled={at <= 1}
        onClick={() => onSelect(-1)}
        className="-mx-1"
      />
      <span className="figures text-tiny text-ink-3">
        {at}/{versions.length}
      </span>
      <IconButton
        icon={ChevronRight}
        size="small"
        label="Next version"
        shortcut={answer ? 'answer.next' : undefined}
        disabled={at >= versions.length}
        onClick={() => onSelect(1)}
        className="-mx-1"
      />
    </div>
  );
}
