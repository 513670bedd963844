import { Tooltip } from '#app/_ui/tooltip.tsx';
import { Interval } from './interval.tsx';
import { scaleOf } from './scale.ts';
import type { Standing } from './standing.ts';

/** Name, strength with its interval, votes, and the places that the votes allow. Each line explains itself. */
export function RankingTable({ standings }: { standings: Standing[] }) {
  const scale = scaleOf(standings);
  return (
    <table className="w-full border-collapse">
      <caption className="sr-only">
        Ranking, best first. 400 points are odds of 10 to 1; the mean is 1000.
      </caption>
      <thead>
        <tr className="border-b border-line-strong text-left text-tiny text-ink-2 [&>th]:py-1.5 [&>th]:font-normal">
          <th className="w-[30%] pr-4 max-sm:w-[46%]">contestant</th>
          <th>
            strength<span className="max-sm:hidden">, relative to the mean</span>
          </th>
          <th className="w-20 pl-4 text-right max-sm:hidden">points</th>
          <th className="w-16 pl-4 text-right max-sm:hidden">votes</th>
          <th className="w-14 pl-4 text-right">rank</th>
        </tr>
      </thead>
      <tbody>
        {standings.map((standing) => (
          <tr key={standing.id} className="border-b border-line last:border-b-0">
            <th
              scope="row"
              className="relative max-w-0 py-1 pr-4 pl-[18px] text-left font-normal [overflow-wrap:anywhere]"
            >
              <span
                aria-hidden="true"
                style={{ background: standing.color }}
                className="absolute top-2.5 left-0 size-2 rounded-full"
              />
              {nameWithout(standing)}{' '}
              {standing.settings !== '' && (
                <span className="block text-tiny text-ink-3">{standing.settings}</span>
              )}
            </th>
            <td>
              <Tooltip text={standing.explanation}>
                <span
                  role="img"
                  aria-label={standing.explanation}
                  // The keyboard gets the explanation as the pointer does.
                  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                  tabIndex={0}
                  className="block rounded-key"
                >
                  <Interval standing={standing} scale={scale} />
                </span>
              </Tooltip>
            </td>
            <td className="figures pl-4 text-right max-sm:hidden">
              {standing.votes === 0 ? '–' : Math.round(standing.points)}
            </td>
            <td className="figures pl-4 text-right max-sm:hidden">{standing.votes}</td>
            <td className="figures pl-4 text-right whitespace-nowrap">{standing.rank}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameWithout({ name, settings }: Standing): string {
  return settings === '' ? name : name.slice(0, -settings.length).trim();
}
