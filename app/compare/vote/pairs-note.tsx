'use client';

import { Vote as VoteIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Button } from '#app/_ui/button.tsx';
import type { Turn } from '#server/features/compare/contract.ts';
import { isRunning } from '../answer-state.ts';
import { addressOf } from '../place.ts';

/** More than two answers are judged pair by pair: how many pairs there are, and the way there. */
export function PairsNote({ turn, judged }: { turn: Turn; judged: number }) {
  const router = useRouter();
  const open = turn.open_pairs.length;
  const running = turn.answers.some(isRunning);
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-2 rounded-card border border-line bg-sunken px-4 py-1.5">
      <p role="status" className="min-w-40 flex-1">
        {describe(open, judged, running)}
      </p>
      {(open > 0 || running) && (
        <Button
          look={running ? 'outline' : 'primary'}
          icon={VoteIcon}
          disabled={open === 0}
          onClick={() => router.push(addressOf.vote(turn.comparison_id))}
        >
          Judge pair by pair
        </Button>
      )}
    </div>
  );
}

function describe(open: number, judged: number, running: boolean): string {
  const done = judged === 0 ? '' : `${judged} judged, `;
  if (open > 0) return `${done}${open} ${open === 1 ? 'pair' : 'pairs'} to judge`;
  if (running) return 'Pairs can be judged as soon as two answers are there.';
  if (judged > 0) return `All ${judged} pairs of this prompt are judged.`;
  return 'No two answers here can be judged: they failed, are empty or say the same.';
}
