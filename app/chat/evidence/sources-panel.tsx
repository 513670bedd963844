'use client';

import Link from 'next/link';
import { Card } from '#app/_ui/card.tsx';
import { formatCount } from '#app/_ui/format.ts';
import type { Message, MessageSources } from '#server/features/chat/contract.ts';
import { codeAddress, placeName } from './code-address.ts';
import { useSources } from './use-sources.ts';

const REASONS: Record<string, string> = {
  mentioned: 'you pointed at it',
  defines: 'defines what is asked',
  words: 'has the words',
  meaning: 'means the like',
  path: 'its path',
  imported: 'used by another source',
  caller: 'calls it',
  test: 'tests it',
};

/** What the model was given to read with the last question about a folder, word for word. */
export function SourcesPanel({ messages }: { messages: readonly Message[] }) {
  const question = messages.findLast(({ context }) => context !== null);
  const { data, isError } = useSources(question);
  const found = question?.context?.found ?? null;
  if (question === undefined) {
    return (
      <Card title="Sources">
        <p className="mt-1 text-small text-ink-3 text-pretty">
          Attach a folder below the message, or type # and a file: what the model reads of it is listed here.
        </p>
      </Card>
    );
  }
  return (
    <>
      <Card title="Sources of the last question">
        <p className="mt-1 text-small text-ink-2 text-pretty">{summary(found)}</p>
        {isError ? <p className="mt-1 text-small text-bad">The texts could not be read.</p> : null}
      </Card>
      {data?.sources.map((source) => (
        <SourceCard
          key={source.number}
          source={source}
          stale={data.stale?.includes(source.number) === true}
        />
      ))}
    </>
  );
}

function summary(found: NonNullable<Message['context']>['found'] | null): string {
  if (found === null) return 'They are being looked for.';
  if (found.sources.length === 0)
    return (
      found.note ?? (found.nothing_found ? 'Nothing relevant was found in the folder.' : 'There are none.')
    );
  const dropped = found.dropped.length === 0 ? '' : ` ${formatCount(found.dropped.length)} more did not fit.`;
  const how = found.method === null ? '' : `, searched by ${found.method}`;
  return `${formatCount(found.sources.length)} pieces, ${formatCount(found.tokens)} tokens${how}.${dropped}`;
}

function SourceCard({ source, stale }: { source: MessageSources['sources'][number]; stale: boolean }) {
  const { number, text, tokens, reason, name, workspace_id } = source;
  return (
    <article className="mb-2.5 rounded-card border border-line bg-surface px-3 py-2.5">
      <h3 className="flex min-w-0 items-baseline gap-1.5 font-mono text-tiny">
        <span className="font-semibold">{number}</span>
        <Link
          href={codeAddress(workspace_id, source)}
          prefetch={false}
          className="min-w-0 truncate text-accent hover:underline"
        >
          {placeName(source)}
        </Link>
      </h3>
      <p className="mt-0.5 text-tiny text-ink-3">
        {name === null ? '' : `${name} · `}
        {REASONS[reason] ?? reason} · {formatCount(tokens)} tokens
        {stale ? <span className="text-warn"> · changed since</span> : null}
      </p>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        tabIndex={0}
        className="mt-1.5 max-h-56 overflow-auto rounded-control bg-sunken p-2 font-mono text-tiny"
      >
        {text}
      </pre>
    </article>
  );
}
