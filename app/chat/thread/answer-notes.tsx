'use client';

import { RotateCcw, StepForward } from 'lucide-react';
import { ApiError } from '#app/_client/api-error.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatCount } from '#app/_ui/format.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { isRunning } from '../path.ts';
import { useMessageActions } from './use-message-actions.ts';

interface AnswerNotesProps {
  message: Message;
  place: 'above' | 'below';
}

/** What a reader has to know about an answer: what was left out, that it was interrupted, why it failed. */
export function AnswerNotes({ message, place }: AnswerNotesProps) {
  const { dropped, status, error, interruptions } = message;
  const actions = useMessageActions();
  if (place === 'above') {
    if (dropped === null) return null;
    return <p className="mb-2 text-tiny text-ink-3">{droppedWords(dropped)}</p>;
  }
  return (
    <div className="mt-3 flex flex-col items-start gap-2 empty:hidden">
      {status === 'interrupted' ? (
        <div
          role="status"
          className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-card border border-line bg-sunken px-3 py-2 text-small"
        >
          <span>This answer was interrupted. What had arrived is kept.</span>
          <Button size="small" icon={StepForward} onClick={() => actions.resume(message)}>
            Resume
          </Button>
        </div>
      ) : null}
      {status === 'failed' ? (
        <ErrorNote
          error={toError(error)}
          title={
            message.text === '' ? 'There is no answer.' : 'The answer ended early. What had arrived is kept.'
          }
          actions={
            <Button size="small" icon={RotateCcw} onClick={() => actions.regenerate(message)}>
              Try again
            </Button>
          }
        />
      ) : null}
      {interruptions > 0 && status !== 'interrupted' && !isRunning(message) ? (
        <p className="text-tiny text-ink-3">
          Continued after {interruptions === 1 ? 'an interruption' : `${interruptions} interruptions`}.
        </p>
      ) : null}
    </div>
  );
}

/** What the context window had no room for, in a sentence. */
function droppedWords({ messages, tokens, contexts = 0 }: NonNullable<Message['dropped']>): string {
  const sources =
    contexts === 1
      ? 'sources of the oldest question'
      : `sources of the ${formatCount(contexts)} oldest questions`;
  const turns = messages === 1 ? 'oldest message' : `${formatCount(messages)} oldest messages`;
  const what = [...(contexts > 0 ? [sources] : []), ...(messages > 0 ? [turns] : [])].join(' and the ');
  const verb = messages === 1 && contexts === 0 ? 'was' : 'were';
  return `The ${what} ${verb} left out (${formatCount(tokens)} tokens): the context window was full.`;
}

function toError(error: Message['error']): ApiError {
  const logId = error?.details?.log_id;
  const message =
    error?.message ?? 'The model stopped without saying why. Try again, or choose another model.';
  return new ApiError('internal', message, { logId: typeof logId === 'string' ? logId : undefined });
}
