'use client';

import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import { usePreferences } from '#app/_client/preferences.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { useSlot } from '#app/_shell/slots.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import type { TokenCount } from '#server/features/chat/contract.ts';
import type { Overflow } from '../chat-api.ts';
import { focusComposer } from '../open-id.ts';
import { AutosizeTextarea } from './autosize-textarea.tsx';
import { ContextGauge } from './context-gauge.tsx';
import { OverflowNote } from './overflow-note.tsx';

interface ComposerProps {
  conversationId: string | null;
  draft: string;
  onDraft: (text: string) => void;
  /** Why nothing can be sent now, in a sentence; null when it can. */
  blocked: string | null;
  running: boolean;
  count: TokenCount | undefined;
  contextWindow: number | null;
  onSend: (overflow: Overflow) => void;
  onStop: () => void;
  onEditLast: () => void;
}

/** Where a message is written: one object with the text, the context gauge and the only filled button. */
export function Composer(props: ComposerProps) {
  const {
    conversationId,
    draft,
    onDraft,
    running,
    blocked,
    count,
    contextWindow,
    onSend,
    onStop,
    onEditLast,
  } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const enterSends = usePreferences((preferences) => preferences.enterSends);
  const actions = useSlot('composer.action');
  const overflow = count?.overflow === true && draft.trim() !== '';
  const sendable = draft.trim() !== '' && !running && blocked === null && !overflow;
  useShortcut('composer.focus', focusComposer);
  const onKeyDown = (event: KeyboardEvent) => {
    // 229: Safari's Enter that ends a composition.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'ArrowUp' && draft === '' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      onEditLast();
    }
    const mod = event.ctrlKey || event.metaKey;
    if (event.key !== 'Enter' || event.altKey) return;
    if (mod || (enterSends ? !event.shiftKey : false)) {
      event.preventDefault();
      if (sendable) onSend('refuse');
    }
  };
  return (
    <div className="relative shrink-0 px-2.5 pb-2.5 md:px-4 md:pb-4">
      <div
        className="pointer-events-none absolute inset-x-0 -top-6 h-6 bg-gradient-to-t from-bg to-transparent"
        aria-hidden="true"
      />
      <form
        aria-label="Write a message"
        className="mx-auto w-full max-w-[624px] rounded-composer border border-line-strong bg-surface shadow-card transition-colors focus-within:border-ink-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (sendable) onSend('refuse');
        }}
      >
        {overflow && count !== undefined ? (
          <OverflowNote count={count} onDrop={() => onSend('drop_oldest')} />
        ) : null}
        <AutosizeTextarea
          ref={field}
          id="composer"
          aria-label="Message"
          placeholder="Ask about your code"
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint={enterSends ? 'send' : 'enter'}
          className="max-h-[40vh] min-h-[46px] overflow-y-auto px-4 pt-3 pb-1"
        />
        <div className="flex items-center gap-1 px-2.5 pb-2.5">
          {actions.map(({ id, content: Content }) => (
            <Content key={id} conversationId={conversationId} />
          ))}
          <p className="min-w-0 flex-1 truncate px-1.5 text-tiny text-ink-3" role="status">
            {blocked ?? ''}
          </p>
          <ContextGauge count={count} window={contextWindow} />
          {running ? (
            <StopButton onStop={onStop} />
          ) : (
            <SendButton disabled={!sendable} enterSends={enterSends} />
          )}
        </div>
      </form>
    </div>
  );
}

const FILLED =
  'reach inline-flex h-8 shrink-0 items-center gap-2 rounded-control bg-ink pr-2 pl-3 text-small font-medium text-bg transition-colors hover:bg-ink/88 disabled:opacity-45';

function SendButton({ disabled, enterSends }: { disabled: boolean; enterSends: boolean }) {
  return (
    <button type="submit" disabled={disabled} className={FILLED}>
      <ArrowUp size={15} aria-hidden="true" />
      Send
      <Kbd keys={enterSends ? 'enter' : 'mod+enter'} inverted />
    </button>
  );
}

function StopButton({ onStop }: { onStop: () => void }) {
  return (
    <button type="button" onClick={onStop} className={FILLED} aria-keyshortcuts="Escape">
      <Square size={12} fill="currentColor" aria-hidden="true" />
      Stop
      <Kbd keys="escape" inverted />
    </button>
  );
}
