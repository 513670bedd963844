'use client';

import { useQuery } from '@tanstack/react-query';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatBytes, formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Comparison, ContestantSummary } from '#server/features/compare/contract.ts';
import { Block } from '../block.tsx';
import { compareApi } from '../compare-api.ts';
import { contestantNames } from '../contestant-name.ts';
import { contestantColor } from '../letter-mark.tsx';
import { keys } from '../use-comparison.ts';

/** What each contestant took, as medians, and how it did in the checks. */
export function SummaryTable({ comparison }: { comparison: Comparison }) {
  const { id, contestants, answered } = comparison;
  const { data, error } = useQuery({
    queryKey: keys.summary(id),
    queryFn: () => compareApi.summary(id),
    enabled: answered > 0,
  });
  if (error !== null) return <ErrorNote error={error} title="The figures could not be computed." />;
  if (data === undefined || data.length === 0) return null;
  const names = contestantNames(contestants);
  if (comparison.blind && data.every(({ answers, failed }) => answers + failed === 0))
    return (
      <p className="text-small text-ink-2">
        Speeds and lengths of so few blind answers would tell who is who: they appear prompt by prompt as you
        vote.
      </p>
    );
  return (
    <Block title="Figures">
      <div
        className="overflow-x-auto"
        role="group"
        aria-label="Figures"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        tabIndex={0}
      >
        <table className="w-full border-collapse">
          <caption className="sr-only">Medians over the answers of each contestant</caption>
          <thead>
            <tr className="border-b border-line-strong text-right text-tiny text-ink-2 [&>th]:py-1.5 [&>th]:pl-4 [&>th]:font-normal [&>th]:whitespace-nowrap">
              <th className="!pl-0 text-left">contestant</th>
              <th>answers</th>
              <th>tok/s</th>
              <th>to first</th>
              <th>tokens</th>
              <th>memory</th>
              <th className="text-left">ended by</th>
              <th>checks passed</th>
            </tr>
          </thead>
          <tbody>
            {data.map((summary) => (
              <Row
                key={summary.contestant_id}
                summary={summary}
                name={names.get(summary.contestant_id) ?? 'A deleted contestant'}
                color={contestantColor(contestants.findIndex((one) => one.id === summary.contestant_id))}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-2 text-tiny text-ink-3">
        Medians; timings only of answers that had the machine alone.
      </p>
    </Block>
  );
}

function Row({ summary, name, color }: { summary: ContestantSummary; name: string; color: string }) {
  const { answers, failed, tokens_per_second, first_token, completion_tokens, memory_bytes } = summary;
  const reasons = Object.entries(summary.finish_reasons)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  return (
    <tr className="border-b border-line text-right last:border-b-0 [&>td]:py-1.5 [&>td]:pl-4 [&>td]:whitespace-nowrap">
      <th scope="row" className="py-1.5 text-left font-normal whitespace-nowrap">
        <span className="flex items-center gap-2.5">
          <span aria-hidden="true" style={{ background: color }} className="size-2 shrink-0 rounded-full" />
          {name}
        </span>
      </th>
      <td className="figures">
        {formatCount(answers)}
        {failed > 0 ? <span className="text-bad"> · {failed} failed</span> : null}
      </td>
      <td className="figures">{tokens_per_second?.toFixed(1) ?? '–'}</td>
      <td className="figures">{first_token === null ? '–' : formatSeconds(first_token)}</td>
      <td className="figures">{completion_tokens === null ? '–' : formatCount(completion_tokens)}</td>
      <td className="figures">{memory_bytes === null ? '–' : formatBytes(memory_bytes)}</td>
      <td className="!whitespace-normal text-left text-tiny text-ink-2">{reasons || '–'}</td>
      <td className="figures">
        <Checks checks={summary.checks} />
      </td>
    </tr>
  );
}

/** The rate with its 95 % interval. */
function Checks({ checks }: Pick<ContestantSummary, 'checks'>) {
  if (checks === null || checks.of === 0) return '–';
  const percent = (share: number) => Math.round(share * 100);
  return (
    <Tooltip text={`${checks.passed} of ${checks.of} passed; 95 % interval`}>
      <span>
        {percent(checks.passed / checks.of)} %{' '}
        <span className="text-tiny text-ink-3">
          {percent(checks.low)}–{percent(checks.high)}
        </span>
      </span>
    </Tooltip>
  );
}
