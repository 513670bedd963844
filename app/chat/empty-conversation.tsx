'use client';

import { Download } from 'lucide-react';
import Link from 'next/link';
import { Button } from '#app/_ui/button.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import { GUIDE_NOTE, useDownload, useModels, useRecommended } from './use-models.ts';

/** Questions that the built-in guide answers too. */
const SUGGESTIONS = [
  { title: 'Where is my data kept?', text: 'Where does MLX Code keep my conversations and settings?' },
  {
    title: 'Which model should I load?',
    text: 'Which model should I download for coding, and how much memory does it need?',
  },
  { title: 'Write a function', text: 'Write a Python function that reverses a string.' },
  { title: 'Keyboard shortcuts', text: 'Which keyboard shortcuts are there?' },
];

interface EmptyConversationProps {
  modelId: string | null;
  onSuggestion: (text: string) => void;
}

/** Nothing has been asked yet: four things to ask, and which model would answer. */
export function EmptyConversation({ modelId, onSuggestion }: EmptyConversationProps) {
  const { models = [], default_model_id } = useModels();
  const model = models.find((one) => one.id === (modelId ?? default_model_id));
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="mx-auto my-auto w-full max-w-[656px] px-4 py-10">
        <h2 className="text-title font-semibold tracking-tight">What are you working on?</h2>
        <p className="mt-1 text-small text-ink-2 text-pretty">
          {model?.source === 'built_in'
            ? GUIDE_NOTE
            : 'Everything stays on this machine: the model, the questions, the answers.'}
        </p>
        {model?.source === 'built_in' && models.every((one) => one.source === 'built_in') ? (
          <Recommendation />
        ) : null}
        <ul className="mt-6 grid gap-2 sm:grid-cols-2">
          {SUGGESTIONS.map(({ title, text }) => (
            <li key={title}>
              <button
                type="button"
                onClick={() => onSuggestion(text)}
                className="flex h-full w-full flex-col rounded-card border border-line bg-surface px-3.5 py-2.5 text-left transition-colors hover:border-line-strong"
              >
                <span className="text-small font-medium">{title}</span>
                <span className="text-small text-ink-3 text-pretty">{text}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** The way to a model that can code, in one press, where there is none yet. */
function Recommendation() {
  const { data: model } = useRecommended(true);
  const download = useDownload();
  if (model === undefined || model === null) return null;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <Button
        icon={Download}
        disabled={download.isPending}
        onClick={() =>
          download.mutate(model.repository, {
            onSuccess: () =>
              notify(`Downloading ${model.name}`, { description: 'Its progress is under Models.' }),
            onError: notifyError,
          })
        }
      >
        Download {model.name} ({formatBytes(model.size_bytes)})
      </Button>
      <Link href="/models" prefetch={false} className="text-small text-accent hover:underline">
        or choose another one
      </Link>
    </div>
  );
}
