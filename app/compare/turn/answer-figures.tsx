import { formatBytes, formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Answer } from '#server/features/compare/contract.ts';

interface Figure {
  value: string;
  unit: string;
  meaning: string;
}

/** What an answer took, the number stronger than its unit; each can be asked what it means. */
export function AnswerFigures({ answer }: { answer: Answer }) {
  const figures = figuresOf(answer);
  const cut = answer.status === 'complete' && answer.finish_reason === 'length';
  if (figures.length === 0 && !cut) return null;
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-0.5 text-tiny text-ink-3" data-testid="answer-figures">
      {figures.map(({ value, unit, meaning }) => (
        <Tooltip key={unit} text={meaning}>
          <span className="figures whitespace-nowrap">
            <b className="font-medium text-ink-2">{value}</b> {unit}
          </span>
        </Tooltip>
      ))}
      {cut ? (
        <Tooltip text="It had more to say: its longest answer was reached.">
          <span className="whitespace-nowrap">token limit</span>
        </Tooltip>
      ) : null}
      {answer.alone === false ? (
        <Tooltip text="Something else was answered at the same time, so these timings are left out of the medians.">
          <span className="whitespace-nowrap">not alone</span>
        </Tooltip>
      ) : null}
    </p>
  );
}

function figuresOf({ timings, usage, memory_bytes }: Answer): Figure[] {
  const figures: Figure[] = [];
  const add = (value: string, unit: string, meaning: string) => figures.push({ value, unit, meaning });
  if (timings !== null && timings.tokens_per_second > 0)
    add(timings.tokens_per_second.toFixed(1), 'tok/s', 'Tokens written a second, once the first was there');
  if (timings !== null && timings.first_token > 0)
    add(
      formatSeconds(timings.first_token),
      'to first',
      'Time to the first token, without loading the model and without waiting',
    );
  if (usage !== null) add(formatCount(usage.completion_tokens), 'tokens', 'Tokens of the answer');
  if (usage !== null && usage.cached_tokens > 0 && usage.prompt_tokens > 0) {
    const share = Math.round((usage.cached_tokens / usage.prompt_tokens) * 100);
    const of = `${formatCount(usage.cached_tokens)} of ${formatCount(usage.prompt_tokens)}`;
    add(`${share} %`, 'of prompt reused', `${of} prompt tokens were in the cache already`);
  }
  if (memory_bytes !== null)
    add(formatBytes(memory_bytes), 'memory', 'The most memory the model held while it answered');
  return figures;
}
