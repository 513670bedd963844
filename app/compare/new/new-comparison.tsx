'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Columns2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import type { Check } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { PageBody } from '../page-body.tsx';
import { addressOf } from '../place.ts';
import { keys } from '../use-comparison.ts';
import { problemOf } from './check-problem.ts';
import { ChecksField } from './checks-field.tsx';
import { ContestantsEditor } from './contestants-editor.tsx';
import { PromptField } from './prompt-field.tsx';
import { readTags } from './tags.ts';
import { Terms } from './terms.tsx';
import { useContestants } from './use-contestants.ts';
import { useOrigin } from './use-origin.ts';

interface NewComparisonProps {
  /** Start from what was said there. */
  conversationId: string | null;
  messageId: string | null;
}

/** One prompt, two to six contestants, and the terms. */
export function NewComparison({ conversationId, messageId }: NewComparisonProps) {
  const router = useRouter();
  const client = useQueryClient();
  const contestants = useContestants(2);
  const origin = useOrigin(conversationId, messageId);
  const [written, setWritten] = useState<string | null>(null);
  const [tags, setTags] = useState('');
  const [checks, setChecks] = useState<Check[]>([]);
  const [blind, setBlind] = useState(true);
  const [fairTiming, setFairTiming] = useState(true);
  const prompt = written ?? origin?.prompt ?? '';
  const create = useMutation({
    mutationFn: () =>
      compareApi.create({
        contestants: contestants.take(),
        ...(prompt.trim() === '' ? {} : { prompt }),
        ...(conversationId === null ? {} : { conversation_id: conversationId }),
        ...(messageId === null ? {} : { message_id: messageId }),
        tags: readTags(tags),
        checks,
        blind,
        fair_timing: fairTiming,
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.list });
      router.replace(addressOf.comparison(id));
    },
  });
  const ready =
    contestants.valid &&
    (prompt.trim() !== '' || conversationId !== null) &&
    checks.every((check) => problemOf(check) === null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !create.isPending) create.mutate();
  };
  return (
    <Screen name="New comparison">
      <PageBody narrow>
        {/* The steps of number fields are for arrow keys: values between them are as good. */}
        <form noValidate className="flex flex-col gap-6" onSubmit={submit}>
          <PromptField
            value={prompt}
            origin={origin}
            onChange={setWritten}
            onSubmit={() => ready && !create.isPending && create.mutate()}
          />
          <ContestantsEditor drafts={contestants.drafts} least={2} onChange={contestants.change} />
          <Terms blind={blind} fairTiming={fairTiming} onBlind={setBlind} onFairTiming={setFairTiming} />
          <details className="rounded-card border border-line px-4 py-2.5">
            <summary className="font-medium">Tags and checks</summary>
            <div className="mt-3 flex flex-col gap-4 pb-1">
              <TextField
                label="Tags"
                value={tags}
                placeholder="python, refactoring"
                hint="Separated by commas. Rankings can be filtered by them."
                onChange={(event) => setTags(event.target.value)}
              />
              <ChecksField checks={checks} onChange={setChecks} />
            </div>
          </details>
          {create.isError ? <ErrorNote error={create.error} title="The comparison did not begin." /> : null}
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" look="primary" icon={Columns2} disabled={!ready || create.isPending}>
              Compare
            </Button>
            <Button look="quiet" onClick={() => router.push(addressOf.list)}>
              Cancel
            </Button>
            <Button look="quiet" className="ml-auto" onClick={() => router.push(addressOf.newRun())}>
              Many prompts at once
            </Button>
          </div>
        </form>
      </PageBody>
    </Screen>
  );
}
