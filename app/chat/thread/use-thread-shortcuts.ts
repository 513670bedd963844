'use client';

import { useShortcut } from '#app/_shell/shortcuts.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { canContinue, isRunning } from '../path.ts';
import type { MessageActions } from './use-message-actions.ts';

interface ThreadShortcuts {
  messages: Message[];
  actions: MessageActions;
  onEdit: (id: string) => void;
}

/** The keys that act on the last answer and the last message. */
export function useThreadShortcuts({ messages, actions, onEdit }: ThreadShortcuts): void {
  const answer = messages.findLast((message) => message.role === 'assistant');
  const user = messages.findLast((message) => message.role === 'user');
  const finished = answer !== undefined && !isRunning(answer) ? answer : undefined;
  const running = answer !== undefined && isRunning(answer) ? answer : undefined;
  useShortcut('answer.stop', () => running && actions.stop(running), running !== undefined);
  useShortcut('answer.regenerate', () => finished && actions.regenerate(finished), finished !== undefined);
  const goesOn = answer !== undefined && canContinue(answer);
  useShortcut('answer.continue', () => goesOn && actions.resume(answer), goesOn);
  const versions = (finished?.versions.length ?? 0) > 1;
  useShortcut('answer.previous', () => finished && actions.select(finished, -1), versions);
  useShortcut('answer.next', () => finished && actions.select(finished, 1), versions);
  useShortcut('answer.copy', () => finished && actions.copy(finished.text), finished !== undefined);
  useShortcut('answer.copy-code', copyLastCode, finished !== undefined);
  useShortcut('message.edit', () => user && onEdit(user.id), user !== undefined);
}

function copyLastCode(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>('[data-message] [data-copy-code]');
  buttons[buttons.length - 1]?.click();
}
