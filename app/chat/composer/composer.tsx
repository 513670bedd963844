'use client';

import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import { usePreferences } from '#app/_client/preferences.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { useSlot } from '#app/_shell/slots.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import type { TokenCount } from '#server/features/chat/contract.ts';
import type { Overflow } from '../chat-api.ts';
import { addMention } from '../evidence/asked.ts';
import { EvidenceRow } from '../evidence/evidence-row.tsx';
import { MARK_MENU, MarkMenu } from '../evidence/mark-menu.tsx';
import { withoutMark } from '../evidence/typed-mark.ts';
import { useDrop } from '../evidence/use-drop.ts';
import type { ComposerEvidence } from '../evidence/use-evidence.ts';
import { type MarkEntry, useMarkMenu } from '../evidence/use-mark-menu.ts';
import { focusComposer } from '../open-id.ts';
import { AutosizeTextarea } from './autosize-textarea.tsx';
import { ContextGauge } from './context-gauge.tsx';
import { OverflowNote } from './overflow-note.tsx';

interface ComposerProps {
  conversationId: string | null;
  draft: string;
  onDraft: (text: string) => void;
  evidence: ComposerEvidence;
  onModel: (id: string) => void;
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
    evidence,
    onModel,
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
  const { conversationId: of, workspaceId } = evidence;
  const menu = useMarkMenu({ workspaceId, onMention: (mention) => addMention(of, mention), onModel });
  const drop = useDrop({ workspaceId, conversationId: of, onText: (text) => onDraft(`${draft}${text}`) });
  const choose = (entry: MarkEntry | undefined) => {
    if (entry === undefined || menu.typed === null) return;
    const at = menu.typed.from;
    onDraft(withoutMark(draft, menu.typed));
    menu.end();
    entry.run();
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // 229: Safari's Enter that ends a composition.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (menu.typed !== null && menuKey(event, menu, () => choose(menu.entries[menu.chosen]))) return;
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
      {menu.typed === null ? null : (
        <MarkMenu
          entries={menu.entries}
          chosen={menu.chosen}
          empty={emptyWords(menu, workspaceId)}
          onChoose={choose}
        />
      )}
      <form
        aria-label="Write a message"
        {...drop}
        className="mx-auto w-full max-w-[624px] rounded-composer border border-line-strong bg-surface shadow-card transition-colors focus-within:border-ink-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (sendable) onSend('refuse');
        }}
      >
        {overflow && count !== undefined ? (
          <OverflowNote count={count} onDrop={() => onSend('drop_oldest')} />
        ) : null}
        <EvidenceRow evidence={evidence} />
        <AutosizeTextarea
          ref={field}
          id="composer"
          aria-label="Message"
          placeholder="Ask about your code, # for a file"
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onSelect={({ currentTarget }) => menu.follow(currentTarget.value, currentTarget.selectionStart)}
          onBlur={menu.end}
          aria-autocomplete="list"
          aria-controls={menu.typed === null ? undefined : MARK_MENU}
          aria-activedescendant={menu.entries.length === 0 ? undefined : `${MARK_MENU}-${menu.chosen}`}
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
          <ContextGauge count={count} sources={evidence.preview?.data?.tokens ?? 0} window={contextWindow} />
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

type Menu = ReturnType<typeof useMarkMenu>;

/** Keys that belong to the open menu; true when this was one. */
function menuKey(event: KeyboardEvent, menu: Menu, choose: () => void): boolean {
  const { key } = event;
  const any = menu.entries.length > 0;
  if (key === 'ArrowDown' && any) menu.move(1);
  else if (key === 'ArrowUp' && any) menu.move(-1);
  else if ((key === 'Enter' || key === 'Tab') && any && !event.shiftKey) choose();
  else if (key === 'Escape') menu.close();
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

function emptyWords({ typed, searching }: Menu, workspaceId: string | null): string {
  if (typed?.mark === '@') return 'No usable model by that name is on this machine.';
  if (typed?.mark === '/') return 'There is no command of that name.';
  if (workspaceId === null) return 'Attach a folder first: then # finds its files and symbols.';
  return searching ? 'Searching' : 'No file or symbol by that name is in the index.';
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
