'use client';

import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { ReplaySection } from './replay-section.tsx';

/** The whole receipt of an answer, and the way to make it again. */
export function AnswerDetails({ message }: { message: Message }) {
  return (
    <>
      <h3 className="font-medium">How this answer was made</h3>
      <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-tiny [&>dd]:text-right [&>dd]:[overflow-wrap:anywhere] [&>dt]:text-ink-2">
        {[...costs(message), ...origins(message)].map(([name, value]) => (
          <Row key={name} name={name} value={value} />
        ))}
      </dl>
      <ReplaySection message={message} />
    </>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="figures">{value}</dd>
    </>
  );
}

type Rows = [name: string, value: string][];

/** What it took, a row each. */
export function costs({ timings, usage }: Message): Rows {
  const rows: Rows = [];
  if (usage) rows.push(['prompt', `${formatCount(usage.prompt_tokens)} tokens, ${reuse(usage)}`]);
  if (usage?.cache && usage.cache.seconds_saved > 0)
    rows.push(['time saved', formatSeconds(usage.cache.seconds_saved)]);
  if (timings) {
    rows.push(['waited', formatSeconds(timings.queue)], ['model load', formatSeconds(timings.load)]);
    rows.push(
      ['prompt read in', formatSeconds(timings.prefill)],
      ['written in', formatSeconds(timings.decode)],
    );
    if (timings.reasoning !== undefined) rows.push(['of that thinking', formatSeconds(timings.reasoning)]);
  }
  if (usage?.reasoning_tokens) rows.push(['tokens of reasoning', formatCount(usage.reasoning_tokens)]);
  if (usage?.speculation) rows.push(['guessed ahead', guesses(usage.speculation)]);
  return rows;
}

/** What it was made with, a row each. */
export function origins({ seed, parameters, model, record }: Message): Rows {
  const rows: Rows = [];
  if (parameters?.temperature !== undefined) rows.push(['temperature', String(parameters.temperature)]);
  if (parameters?.constraint) rows.push(['had to match', CONSTRAINTS[parameters.constraint.type]]);
  if (seed !== null) rows.push(['seed', String(seed)]);
  if (model?.hash) rows.push(['model', short(model.hash)]);
  if (record === null) return rows;
  if (record.template_hash !== null) rows.push(['chat template', short(record.template_hash)]);
  rows.push(['prompt hash', short(record.prompt_hash)]);
  rows.push(['engine', `${record.engine}, MLX ${record.mlx}, mlx-lm ${record.mlx_lm}`]);
  rows.push(['ran on', `${record.device}, ${record.dtype}, ${record.blas}`]);
  return rows;
}

const CONSTRAINTS = {
  json_schema: 'a JSON schema',
  regex: 'a regular expression',
  grammar: 'a grammar',
} as const;

function guesses({ method, accepted_tokens, drafted_tokens, gain }: Speculation): string {
  const by = method === 'draft' ? 'by a draft model' : 'from the prompt';
  const right = `${formatCount(accepted_tokens)} of ${formatCount(drafted_tokens)} right ${by}`;
  return `${right}, ${gain.toFixed(2)} × as fast`;
}

type Usage = NonNullable<Message['usage']>;
type Speculation = NonNullable<Usage['speculation']>;

function reuse({ cached_tokens, cache }: Usage): string {
  if (cached_tokens === 0) return 'all read';
  const place = cache && cache.from !== 'none' ? ` from ${cache.from}` : '';
  return `${formatCount(cached_tokens)} reused${place}`;
}

/** The first dozen signs of a hash say whether two are the same. */
function short(hash: string): string {
  return hash.replace(/^sha256:/, '').slice(0, 12);
}
