import { Check, X } from 'lucide-react';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { CheckResult } from '#server/features/compare/contract.ts';

const NAMES: Record<string, string> = {
  contains: 'contains',
  regex: 'pattern',
  json_schema: 'JSON schema',
  exact: 'exact',
};

/** What the automatic checks found, each with a sign and a word. */
export function CheckResults({ checks }: { checks: CheckResult[] }) {
  if (checks.length === 0) return null;
  return (
    <ul aria-label="Checks" className="flex flex-wrap gap-1.5">
      {checks.map(({ type, passed, detail }, index) => {
        const Icon = passed ? Check : X;
        return (
          // Checks of an answer never change their places.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Tooltip text={detail === '' ? 'An automatic check' : detail}>
              <span
                className={`inline-flex items-center gap-1 rounded-full border px-2 py-px text-tiny ${passed ? 'border-line text-ink-2' : 'border-bad/40 bg-bad-soft text-bad'}`}
              >
                <Icon size={12} aria-hidden="true" />
                {NAMES[type] ?? type} {passed ? 'passed' : 'failed'}
              </span>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
