'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Share, SquarePen } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { toApiError } from '#app/_client/api-error.ts';
import { download } from '#app/_client/api.ts';
import { Screen } from '#app/_shell/screen.tsx';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { chatApi, type ConversationChange } from './chat-api.ts';
import { Composer } from './composer/composer.tsx';
import { useDraft } from './composer/use-draft.ts';
import { useTokenCount } from './composer/use-token-count.ts';
import { ConversationTitle } from './conversation-title.tsx';
import { deleteConversations } from './conversations/use-conversation-list.ts';
import { useEvidence } from './evidence/use-evidence.ts';
import { EmptyConversation } from './empty-conversation.tsx';
import { ModelPicker } from './model/model-picker.tsx';
import { prepare, useNewConversation } from './new-conversation.ts';
import { focusComposer, newConversation, useOpenId } from './open-id.ts';
import { ContextPanel } from './panel/context-panel.tsx';
import { MetricsPanel } from './panel/metrics-panel.tsx';
import type { RefusedParameter } from './panel/parameters-panel.tsx';
import { ParametersTab } from './panel/parameters-tab.tsx';
import { Thread } from './thread/thread.tsx';
import { putConversation, useConversation } from './use-conversation.ts';
import { useModelEvents, useModels } from './use-models.ts';
import { useSend } from './use-send.ts';

/** One conversation: its thread, the composer, its model, and what it is told and takes. */
export function ChatScreen() {
  const id = useOpenId();
  const open = useConversation(id);
  const { conversation, messages, running } = open;
  const prepared = useNewConversation();
  const settings = conversation ?? prepared;
  const change = useChange(id);
  const { models = [], resident = [], default_model_id } = useModels();
  useModelEvents();
  const model = models.find((one) => one.id === (settings.model_id ?? default_model_id));
  const loaded = resident.find((one) => one.model_id === model?.id);
  const [draft, setDraft] = useDraft(id);
  const [editing, setEditing] = useState<string | null>(null);
  const canCount =
    running === undefined && model?.usable === true && (draft.trim() !== '' || loaded !== undefined);
  const evidence = useEvidence({
    ...{ conversationId: id, workspaceId: settings.workspace_id, draft, modelId: model?.id },
    previews: canCount,
    onAttach: (workspace_id) => void change({ workspace_id }).then(notifyProblem),
  });
  const { sending, send } = useSend({
    conversationId: id,
    context: evidence.context,
    onSent: () => setDraft(''),
  });
  const count = useTokenCount({
    conversationId: id,
    settings,
    modelId: model?.id,
    draft,
    path: `${messages.at(-1)?.id} ${messages.at(-1)?.status} ${settings.system_prompt}`,
    enabled: canCount,
  });
  useScreenShortcuts(open);
  return (
    <Screen
      name={conversation?.title || 'Chat'}
      title={<ConversationTitle key={id} conversation={conversation} />}
      actions={
        <>
          <ModelPicker
            modelId={settings.model_id}
            onChoose={(model_id) => void change({ model_id }).then(notifyProblem)}
          />
          <ScreenActions id={id} title={conversation?.title} />
        </>
      }
      panel={[
        { id: 'context', label: 'Context', content: <ContextPanel count={count} messages={messages} /> },
        { id: 'metrics', label: 'Metrics', content: <MetricsPanel messages={messages} /> },
        {
          id: 'parameters',
          label: 'Parameters',
          content: (
            <ParametersTab
              id={id}
              systemPrompt={settings.system_prompt}
              parameters={settings.parameters}
              canThink={loaded?.has_thinking === true || settings.parameters.thinking !== undefined}
              refused={refusedParameter(messages.at(-1))}
              onChange={change}
            />
          ),
        },
      ]}
    >
      <Body
        open={open}
        id={id}
        modelId={settings.model_id}
        editing={editing}
        onEdit={setEditing}
        onSuggestion={(text) => void send(text, 'refuse')}
      />
      <Composer
        conversationId={id}
        draft={draft}
        onDraft={setDraft}
        evidence={evidence}
        onModel={(model_id) => void change({ model_id }).then(notifyProblem)}
        blocked={
          model === undefined || model.usable
            ? null
            : (model.problem?.message ?? 'This model cannot be used.')
        }
        running={running !== undefined || sending}
        count={count}
        contextWindow={loaded?.context_window ?? model?.context_window ?? null}
        onSend={(overflow) => void send(draft, overflow)}
        onStop={() => running && void chatApi.stop(running.id).catch(notifyError)}
        onEditLast={() => setEditing(messages.findLast((message) => message.role === 'user')?.id ?? null)}
      />
    </Screen>
  );
}

interface BodyProps {
  open: ReturnType<typeof useConversation>;
  id: string | null;
  modelId: string | null;
  editing: string | null;
  onEdit: (id: string | null) => void;
  onSuggestion: (text: string) => void;
}

function Body({ open, id, modelId, editing, onEdit, onSuggestion }: BodyProps) {
  const { query, messages } = open;
  const router = useRouter();
  if (id !== null && query.isError && query.data === undefined) {
    return (
      <div className="mx-auto w-full max-w-[656px] flex-1 px-4 py-10">
        <ErrorNote
          error={query.error}
          title="This conversation could not be opened."
          actions={
            <>
              <Button onClick={() => void query.refetch()}>Try again</Button>
              <Button onClick={() => newConversation(router)}>New conversation</Button>
            </>
          }
        />
      </div>
    );
  }
  if (id !== null && query.isPending)
    return <p className="flex-1 px-4 py-10 text-center text-tiny text-ink-3">Opening the conversation</p>;
  if (messages.length === 0) return <EmptyConversation modelId={modelId} onSuggestion={onSuggestion} />;
  return (
    <Thread
      key={id}
      open={open}
      editing={editing}
      onEdit={(next) => {
        onEdit(next);
        if (next === null) focusComposer();
      }}
    />
  );
}

/**
 * Changes the open conversation on the daemon, or the one that is being prepared. Resolves with what is wrong with the
 * change, or null when it is in force.
 */
function useChange(id: string | null): (change: ConversationChange) => Promise<string | null> {
  const client = useQueryClient();
  return async (change) => {
    if (id === null) {
      prepare(change);
      return null;
    }
    try {
      putConversation(client, await chatApi.update(id, change));
      return null;
    } catch (error) {
      return toApiError(error).message;
    }
  };
}

function notifyProblem(problem: string | null): void {
  if (problem !== null) notifyError(new Error(problem));
}

/** The parameter for which the engine refused the last answer, if that is why there is none. */
function refusedParameter(last: Message | undefined): RefusedParameter | null {
  const name = last?.error?.details?.parameter;
  return typeof name === 'string' ? { name, message: last?.error?.message ?? '' } : null;
}

function ScreenActions({ id, title }: { id: string | null; title: string | undefined }) {
  const router = useRouter();
  return (
    <>
      {id === null ? null : (
        <IconButton
          icon={Share}
          label="Export as Markdown"
          className="max-sm:hidden"
          onClick={() =>
            void download(
              `/chat/conversations/${id}/export`,
              { method: 'GET' },
              `${title ?? 'conversation'}.md`,
            ).catch(notifyError)
          }
        />
      )}
      <IconButton
        icon={SquarePen}
        label="New conversation"
        shortcut="conversation.new"
        className="md:hidden"
        onClick={() => newConversation(router)}
      />
    </>
  );
}

function useScreenShortcuts({ conversation }: ReturnType<typeof useConversation>): void {
  const router = useRouter();
  const client = useQueryClient();
  const remove = async () => {
    if (conversation === undefined) return;
    await deleteConversations(client, [conversation]);
    newConversation(router);
  };
  useShortcut('conversation.new', () => newConversation(router));
  useShortcut('conversation.delete', () => void remove().catch(notifyError), conversation !== undefined);
}
