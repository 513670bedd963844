'use client';

import { ArrowDown } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStickToBottom } from 'use-stick-to-bottom';
import { Button } from '#app/_ui/button.tsx';
import { classes } from '#app/_ui/classes.ts';
import type { Message } from '#server/features/chat/contract.ts';
import type { OpenConversation } from '../use-conversation.ts';
import { Answer } from './answer.tsx';
import { UserMessage } from './user-message.tsx';
import { useMessageActions } from './use-message-actions.ts';
import { useThreadShortcuts } from './use-thread-shortcuts.ts';
import { useWantedMessage } from './use-wanted-message.ts';

interface ThreadProps {
  open: OpenConversation;
  editing: string | null;
  onEdit: (id: string | null) => void;
}

/** The messages of the active path. It follows an answer until the reader scrolls away. */
export function Thread({ open, editing, onEdit }: ThreadProps) {
  const { messages, query } = open;
  const { scrollRef, contentRef, isAtBottom, scrollToBottom, stopScroll } = useStickToBottom({
    initial: 'instant',
    resize: 'instant',
  });
  const actions = useMessageActions();
  useThreadShortcuts({ messages, actions, onEdit });
  const marked = useWantedMessage(open, stopScroll);
  const newest = messages.at(-1)?.id;
  useEffect(() => {
    // What was just sent is looked at, wherever the reader was.
    if (newest !== undefined) void scrollToBottom('instant');
  }, [newest, scrollToBottom]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-live="off"
        className="h-full overflow-y-auto overscroll-contain outline-none"
      >
        <div ref={contentRef} className="mx-auto w-full max-w-[656px] px-4 pt-7 pb-10">
          <OlderMessages query={query} />
          <ol className="flex flex-col gap-6">
            {messages.map((message, index) => (
              <li
                key={message.id}
                data-message={message.id}
                className={classes(
                  'rounded-card transition-[box-shadow]',
                  marked === message.id && 'ring-2 ring-accent/50 ring-offset-8 ring-offset-bg',
                )}
              >
                <ThreadMessage
                  message={message}
                  question={messages[index - 1]}
                  editing={editing === message.id}
                  onEdit={onEdit}
                />
              </li>
            ))}
          </ol>
        </div>
      </div>
      {isAtBottom ? null : (
        <Button
          icon={ArrowDown}
          size="small"
          onClick={() => void scrollToBottom('instant')}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-card"
        >
          Jump to latest
        </Button>
      )}
    </div>
  );
}

interface ThreadMessageProps {
  message: Message;
  question: Message | undefined;
  editing: boolean;
  onEdit: (id: string | null) => void;
}

function ThreadMessage({ message, question, editing, onEdit }: ThreadMessageProps) {
  if (message.role === 'assistant') return <Answer message={message} question={question} />;
  return (
    <UserMessage
      message={message}
      editing={editing}
      onEdit={() => onEdit(message.id)}
      onDone={() => onEdit(null)}
    />
  );
}

/** Fetches the page above before the reader gets there. */
function OlderMessages({ query }: Pick<OpenConversation, 'query'>) {
  const sentinel = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || sentinel.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void fetchNextPage();
      },
      { rootMargin: '800px 0px 0px' },
    );
    observer.observe(sentinel.current);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={sentinel} className="pb-6 text-center text-tiny text-ink-3">
      {isFetchingNextPage ? 'Reading older messages' : 'Older messages above'}
    </div>
  );
}
