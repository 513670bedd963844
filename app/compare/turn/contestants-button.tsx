'use client';

import { ChevronDown, SlidersHorizontal } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import type { Contestant } from '#server/features/compare/contract.ts';
import { contestantNames, settingsWords } from '../contestant-name.ts';

/** Who takes part, in no order that tells who wrote what; nothing of it is on the page before it is opened. */
export function ContestantsButton({ contestants }: { contestants: Contestant[] }) {
  const names = contestantNames(contestants);
  return (
    <Popover
      title="Contestants"
      trigger={
        <Button icon={SlidersHorizontal}>
          <span className="max-sm:sr-only">{contestants.length} contestants</span>
          <ChevronDown size={14} aria-hidden="true" className="text-ink-3" />
        </Button>
      }
    >
      <ul className="flex flex-col gap-2.5">
        {contestants
          .toSorted((one, other) => one.id.localeCompare(other.id))
          .map((one) => (
            <li key={one.id}>
              <p className="font-medium">{names.get(one.id)}</p>
              <p className="text-tiny text-ink-2">
                {one.model_name}
                {settingsWords(one) === '' ? ', as it is' : `, ${settingsWords(one)}`}
                {one.available ? '' : ' · no longer on this machine'}
              </p>
              {one.system_prompt === '' ? null : (
                <p className="line-clamp-3 text-tiny text-ink-3">“{one.system_prompt}”</p>
              )}
            </li>
          ))}
      </ul>
    </Popover>
  );
}
