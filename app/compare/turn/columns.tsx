'use client';

import { useRef, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import type { Answer } from '#server/features/compare/contract.ts';
import { LetterMark } from '../letter-mark.tsx';
import { AnswerColumn } from './answer-column.tsx';
import type { Identity } from './identities.ts';
import { useScrollInStep } from './scroll-in-step.ts';
import { useAnswerActions } from './use-answer-actions.ts';

interface ColumnsProps {
  comparisonId: string;
  answers: Answer[];
  identities: Map<string, Identity>;
  /** By answer id, after the vote. */
  verdicts?: Map<string, string>;
  inStep: boolean;
}

/** Answers side by side; on a phone one at a time, to be swiped, with their letters below. */
export function Columns({ comparisonId, answers, identities, verdicts, inStep }: ColumnsProps) {
  const strip = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(0);
  const { retry, adopt } = useAnswerActions(comparisonId);
  const join = useScrollInStep(inStep);
  const show = (index: number) => {
    const { current } = strip;
    current?.scrollTo({ left: index * (current.scrollWidth / answers.length), behavior: 'smooth' });
  };
  return (
    <div>
      <div
        ref={strip}
        onScroll={({ currentTarget: { scrollLeft, clientWidth } }) =>
          setShown(Math.round(scrollLeft / Math.max(1, clientWidth)))
        }
        className={classes(
          'gap-4 max-md:flex max-md:snap-x max-md:snap-mandatory max-md:overflow-x-auto max-md:[scrollbar-width:none] md:grid',
          answers.length === 2 || answers.length === 4 ? 'md:grid-cols-2' : 'md:grid-cols-2 lg:grid-cols-3',
        )}
      >
        {answers.map((answer) => {
          const identity = answer.contestant_id === null ? undefined : identities.get(answer.contestant_id);
          return (
            <AnswerColumn
              key={answer.id}
              answer={answer}
              identity={identity ?? null}
              verdict={verdicts?.get(answer.id) ?? null}
              scroller={join}
              onRetry={retry}
              onAdopt={adopt}
            />
          );
        })}
      </div>
      <nav aria-label="Answers" className="mt-2 flex flex-wrap justify-center gap-1 md:hidden">
        {answers.map(({ id, letter, contestant_id }, index) => {
          const identity = contestant_id === null ? undefined : identities.get(contestant_id);
          return (
            <button
              key={id}
              type="button"
              aria-current={index === shown}
              onClick={() => show(index)}
              className={classes(
                'reach flex h-8 max-w-40 items-center gap-1.5 rounded-full border px-2 text-tiny',
                index === shown
                  ? 'border-line-strong bg-surface font-medium'
                  : 'border-transparent text-ink-2',
              )}
            >
              <LetterMark letter={letter} color={identity?.color} small />
              <span className="truncate">{identity?.name ?? `Model ${letter}`}</span>
            </button>
          );
        })}
      </nav>
    </div>
  );
}
