'use client';

import { useState } from 'react';
import type { Answer, Turn, Vote } from '#server/features/compare/contract.ts';
import { isRunning } from '../answer-state.ts';
import { Judged } from './judged.tsx';
import { useVote } from './use-vote.ts';
import { VoteButtons } from './vote-buttons.tsx';

interface PairVoteProps {
  turn: Turn;
  /** On the left. */
  first: Answer;
  second: Answer;
  /** The vote that stands. */
  vote: Vote | null;
  current: boolean;
  onVoted?: (vote: Vote, turn: Turn) => void;
  onUndone?: (turn: Turn) => void;
  onNext?: () => void;
}

/** The vote on two answers: open once both are there, and again after an undo. */
export function PairVote({ turn, first, second, vote, current, onVoted, onUndone, onNext }: PairVoteProps) {
  const open = turn.open_pairs.some((pair) => pair.includes(first.id) && pair.includes(second.id));
  const [fresh, setFresh] = useState(false);
  const { cast, undo, pending } = useVote({
    comparisonId: turn.comparison_id,
    pair: { first: first.id, second: second.id },
    shown: open,
    onVoted: (vote, turn) => {
      setFresh(true);
      onVoted?.(vote, turn);
    },
    ...(onUndone === undefined ? {} : { onUndone }),
  });
  if (vote !== null)
    return (
      <Judged
        vote={vote}
        first={letterOf(vote.first_answer_id, [first, second])}
        second={letterOf(vote.second_answer_id, [first, second])}
        current={current}
        fresh={fresh}
        pending={pending}
        onUndo={undo}
        onNext={onNext}
      />
    );
  const problem = open || isRunning(first) || isRunning(second) ? null : whyClosed(first, second);
  return (
    <div className="flex flex-col gap-1.5">
      <VoteButtons
        first={first.letter}
        second={second.letter}
        enabled={open && !pending}
        current={current}
        onVote={cast}
      />
      <p role="status" className="sr-only">
        {open && current ? 'Both answers are there. Vote with the arrow keys or the buttons.' : ''}
      </p>
      {problem === null ? null : <p className="text-small text-ink-2">{problem}</p>}
    </div>
  );
}

function letterOf(id: string, answers: Answer[]): string {
  return answers.find((answer) => answer.id === id)?.letter ?? '';
}

function whyClosed(first: Answer, second: Answer): string {
  const missing = [first, second].filter(({ status, text }) => status !== 'complete' || text.trim() === '');
  if (missing.length > 0)
    return `There is nothing to vote on without ${missing.map(({ letter }) => letter).join(' and ')}. Try it again, or ask something else.`;
  if (first.text === second.text) return 'Both say the same, word for word: there is nothing to choose.';
  return 'This pair has been judged.';
}
