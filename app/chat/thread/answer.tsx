'use client';

import { memo } from 'react';
import { useLive } from '#app/_client/use-live.ts';
import { Markdown } from '#app/_ui/markdown/markdown.tsx';
import type { Message } from '#server/features/chat/contract.ts';
import { AnswerSources } from '../evidence/answer-sources.tsx';
import { CitedAnswer } from '../evidence/cited-answer.tsx';
import { liveAnswers } from '../live-answers.ts';
import { modelColor } from '../model/model-color.ts';
import { isRunning } from '../path.ts';
import { answeringNote } from '../use-models.ts';
import { AnswerFooter } from './answer-footer.tsx';
import { AnswerNotes } from './answer-notes.tsx';
import { AnswerProgress } from './answer-progress.tsx';
import { Reasoning } from './reasoning.tsx';
import { ToolCalls } from './tool-calls.tsx';

interface AnswerProps {
  message: Message;
  /** What it answers, with the sources that were read for it. */
  question: Message | undefined;
}

/** A model's answer: who, the text as it arrives, and what it took. Only this part renders while tokens arrive. */
export const Answer = memo(function Answer({ message, question }: AnswerProps) {
  const running = isRunning(message);
  const live = useLive(liveAnswers, message.id);
  const text = running ? (live?.text ?? message.text) : message.text;
  const reasoning = running ? (live?.reasoning ?? message.reasoning) : message.reasoning;
  const { model, usage, timings } = message;
  const workspaceId = question?.context?.workspace_id;
  return (
    <article aria-label="Answer" aria-busy={running} className="group">
      <header className="mb-2.5 flex min-h-6 flex-wrap items-center gap-x-2 text-small text-ink-2">
        <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${modelColor(model?.id ?? '')}`} />
        <span className="shrink-0 font-medium">{model?.name ?? 'Model'}</span>
        {model ? <span className="text-ink-3">{answeringNote(model)}</span> : null}
        {running ? <AnswerProgress state={live?.state ?? null} tokens={live?.tokens ?? 0} /> : null}
      </header>
      <AnswerNotes message={message} place="above" />
      {reasoning === '' ? null : (
        <Reasoning
          text={reasoning}
          thinking={running && text === ''}
          tokens={running ? (text === '' ? (live?.tokens ?? null) : null) : (usage?.reasoning_tokens ?? null)}
          seconds={running ? null : (timings?.reasoning ?? null)}
        />
      )}
      {text === '' ? null : (
        <div data-testid="answer-text" className={running ? 'md-caret' : undefined}>
          {running || workspaceId === undefined || message.citations === null ? (
            <Markdown text={text} growing={running} />
          ) : (
            <CitedAnswer answer={message} workspaceId={workspaceId} />
          )}
        </div>
      )}
      {message.tool_calls === null ? null : <ToolCalls calls={message.tool_calls} />}
      <AnswerNotes message={message} place="below" />
      {running ? null : <AnswerSources answer={message} question={question} />}
      {running ? null : <AnswerFooter message={message} hasSources={workspaceId !== undefined} />}
    </article>
  );
});
