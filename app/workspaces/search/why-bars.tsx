import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { SearchResult } from '#server/features/retrieval/search/contract.ts';
import { explain } from './explain.ts';

/** Three bars for words, meaning and symbol, and the chief reason; every score is in the tooltip. */
export function WhyBars({ result }: { result: SearchResult }) {
  const { lexical, meaning, symbol, chief } = result.why;
  return (
    <Tooltip text={explain(result)}>
      <span className="flex shrink-0 items-center gap-2 text-tiny text-ink-2">
        {chief !== 'exact' && (
          <span aria-hidden="true" className="flex items-end gap-[3px]">
            <Bar value={lexical} color="bg-c1" />
            <Bar value={meaning ?? 0} color="bg-c3" />
            <Bar value={symbol} color="bg-c2" />
          </span>
        )}
        {chief}
      </span>
    </Tooltip>
  );
}

function Bar({ value, color }: { value: number; color: string }) {
  const height = value <= 0 ? 0 : Math.max(3, Math.round(14 * Math.min(1, value)));
  return (
    <span className="flex h-3.5 w-[5px] items-end overflow-hidden rounded-full bg-line">
      <span className={`w-full rounded-full ${color}`} style={{ height }} />
    </span>
  );
}
