'use client';

import {
  Copy,
  Ellipsis,
  FolderSearch,
  GitBranch,
  RefreshCw,
  Square,
  StepForward,
  Trash2,
  Volume2,
} from 'lucide-react';
import { useSlot } from '#app/_shell/slots.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { canContinue } from '../path.ts';
import { useModels } from '../use-models.ts';
import { AnswerMetrics } from './answer-metrics.tsx';
import { useReadAloud } from './read-aloud.ts';
import { useMessageActions } from './use-message-actions.ts';
import { Versions } from './versions.tsx';

interface AnswerFooterProps {
  message: Message;
  /** Its question was asked with what was found in a folder. */
  hasSources?: boolean;
}

/** One quiet line under an answer: what it took, its versions, and what can be done with it. */
export function AnswerFooter({ message, hasSources = false }: AnswerFooterProps) {
  const actions = useMessageActions();
  const added = useSlot('message.action');
  const entries = useMore(message, hasSources);
  return (
    <footer className="mt-2 -mr-1.5 flex min-h-7 items-center gap-x-2">
      <AnswerMetrics message={message} />
      <div className="ml-auto flex shrink-0 items-center text-ink-3">
        <Versions message={message} onSelect={(step) => actions.select(message, step)} />
        {message.text === '' ? null : (
          <IconButton
            icon={Copy}
            size="small"
            label="Copy answer"
            shortcut="answer.copy"
            onClick={() => actions.copy(message.text)}
          />
        )}
        <IconButton
          icon={RefreshCw}
          size="small"
          label="Regenerate"
          shortcut="answer.regenerate"
          onClick={() => actions.regenerate(message)}
        />
        {canContinue(message) ? (
          <IconButton
            icon={StepForward}
            size="small"
            label="Continue"
            shortcut="answer.continue"
            onClick={() => actions.resume(message)}
          />
        ) : null}
        <IconButton
          icon={GitBranch}
          size="small"
          label="Branch into a new conversation"
          onClick={() => void actions.branch(message).catch(notifyError)}
        />
        {added.map(({ id, content: Content }) => (
          <Content
            key={id}
            conversationId={message.conversation_id}
            messageId={message.id}
            text={message.text}
          />
        ))}
        <Menu entries={entries} trigger={<IconButton icon={Ellipsis} size="small" label="More actions" />} />
      </div>
    </footer>
  );
}

function useMore(message: Message, hasSources: boolean): MenuEntry[] {
  const actions = useMessageActions();
  const { models = [] } = useModels();
  const speech = useReadAloud(message.text);
  const others = models.filter((model) => model.usable);
  return [
    {
      label: 'Regenerate with',
      icon: RefreshCw,
      entries: others.map((model) => ({
        label: model.name,
        ...(model.quantization === null ? {} : { hint: model.quantization }),
        checked: model.id === message.model?.id,
        run: () => actions.regenerate(message, model.id),
      })),
    },
    ...(hasSources
      ? [{ label: 'Search again and answer', icon: FolderSearch, run: () => actions.searchAgain(message) }]
      : []),
    {
      label: speech.speaking ? 'Stop reading' : 'Read aloud',
      icon: speech.speaking ? Square : Volume2,
      disabled: !speech.available || message.text === '',
      ...(speech.available ? {} : { hint: 'This browser has no voice.' }),
      run: speech.toggle,
    },
    'separator',
    {
      label: 'Delete',
      icon: Trash2,
      danger: true,
      run: () => void actions.remove(message).catch(notifyError),
    },
  ];
}
