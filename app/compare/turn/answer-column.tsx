'use client';

import { MessageSquareShare, RotateCcw } from 'lucide-react';
import { memo, type ReactNode, type RefCallback, useLayoutEffect, useRef } from 'react';
import { ApiError } from '#app/_client/api-error.ts';
import { useLive } from '#app/_client/use-live.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Markdown } from '#app/_ui/markdown/markdown.tsx';
import { Progress } from '#app/_ui/progress.tsx';
import type { Answer } from '#server/features/compare/contract.ts';
import { isRunning, statusWords } from '../answer-state.ts';
import { LetterMark } from '../letter-mark.tsx';
import { liveTexts } from '../live-texts.ts';
import { AnswerFigures } from './answer-figures.tsx';
import { CheckResults } from './check-results.tsx';
import type { Identity } from './identities.ts';

interface AnswerColumnProps {
  answer: Answer;
  /** Who it is; null while that is hidden. */
  identity: Identity | null;
  /** After the vote: `chosen` and the like. */
  verdict: string | null;
  /** Takes part in scrolling in step. */
  scroller?: RefCallback<HTMLElement>;
  onRetry: (id: string) => void;
  onAdopt: (id: string) => void;
}

/** One contestant's answer: letter, state, the text as it arrives, and what it took. */
export const AnswerColumn = memo(function AnswerColumn(props: AnswerColumnProps) {
  const { answer, identity, verdict, scroller, onRetry, onAdopt } = props;
  const running = isRunning(answer);
  const live = useLive(liveTexts, answer.id);
  const text = running ? (live?.text ?? answer.text) : answer.text;
  const reasoning = running ? (live?.reasoning ?? answer.reasoning) : answer.reasoning;
  const state = running ? (live?.state ?? null) : null;
  const title = identity?.name ?? `Model ${answer.letter}`;
  return (
    <article
      aria-label={`Answer ${answer.letter}`}
      aria-busy={running}
      className="flex min-w-0 flex-col rounded-card border border-line bg-surface max-md:w-full max-md:shrink-0 max-md:snap-center"
    >
      <header className="flex min-h-12 items-center gap-2.5 px-4 pt-1">
        <LetterMark letter={answer.letter} color={identity?.color} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-heading font-medium">{title}</h2>
          {identity === null || identity.note === '' ? null : (
            <p className="truncate text-tiny text-ink-3">{identity.note}</p>
          )}
        </div>
        <span role="status" className="flex shrink-0 items-center gap-2 text-tiny text-ink-3">
          {verdict === null ? null : <b className="font-medium text-ink">{verdict}</b>}
          {state?.words ?? statusWords(answer)}
        </span>
        {identity !== null && answer.status === 'complete' ? (
          <IconButton
            icon={MessageSquareShare}
            size="small"
            label={`Continue ${answer.letter} as a conversation`}
            onClick={() => onAdopt(answer.id)}
          />
        ) : null}
      </header>
      {state?.fraction === undefined || state.fraction === null ? null : (
        <Progress label={state.words} fraction={state.fraction} className="mx-4" />
      )}
      <Scroller label={`Text of answer ${answer.letter}`} text={text} running={running} scroller={scroller}>
        {reasoning === '' ? null : (
          <details className="mb-2 text-small text-ink-2">
            <summary>{running && text === '' ? 'Thinking' : 'Thoughts'}</summary>
            <p className="mt-1 whitespace-pre-wrap border-l-2 border-line pl-3">{reasoning}</p>
          </details>
        )}
        {text === '' ? null : (
          <div data-testid="answer-text" className={running ? 'md-caret' : undefined}>
            <Markdown text={text} growing={running} />
          </div>
        )}
        <Outcome answer={answer} onRetry={onRetry} />
      </Scroller>
      <footer className="mt-auto flex flex-col gap-1.5 px-4 pb-3">
        <CheckResults checks={answer.checks} />
        <AnswerFigures answer={answer} />
      </footer>
    </article>
  );
});

interface ScrollerProps {
  label: string;
  text: string;
  running: boolean;
  scroller: RefCallback<HTMLElement> | undefined;
  children: ReactNode;
}

/** Follows the text while it is written, until the reader scrolls up. */
function Scroller({ label, text, running, scroller, children }: ScrollerProps) {
  const place = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = place.current;
    if (running && atEnd.current && element !== null) element.scrollTop = element.scrollHeight;
  }, [text, running]); // oxlint-disable-line react/exhaustive-effect-dependencies -- the end moves with the text
  return (
    <section
      ref={(element) => {
        place.current = element;
        return scroller?.(element);
      }}
      aria-label={label}
      data-scrolls
      // What scrolls is reached by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
      className="min-h-24 overflow-y-auto rounded-control px-4 pt-1 pb-3 md:max-h-[56vh]"
    >
      {children}
    </section>
  );
}

/** What became of an answer that is not complete, and the way on. */
function Outcome({ answer, onRetry }: Pick<AnswerColumnProps, 'answer' | 'onRetry'>) {
  const { id, status, error, text } = answer;
  const again = (
    <Button size="small" icon={RotateCcw} onClick={() => onRetry(id)}>
      Try again
    </Button>
  );
  if (status === 'failed') {
    const message = error?.message ?? 'The model stopped without saying why. Try again.';
    return (
      <div className="mt-2">
        <ErrorNote
          error={new ApiError('internal', message)}
          title={text === '' ? 'There is no answer. The others go on.' : 'The answer ended early.'}
          actions={again}
        />
      </div>
    );
  }
  if (status === 'complete' && text.trim() === '')
    return <p className="text-small text-ink-2">The model ended its answer without a word.</p>;
  if (status === 'interrupted')
    return (
      <p className="mt-2 text-small text-ink-2">
        Interrupted. What had arrived is kept, and it goes on by itself.
      </p>
    );
  if (status !== 'cancelled') return null;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-3 text-small text-ink-2">
      Stopped. What had arrived is kept.
      {again}
    </div>
  );
}
