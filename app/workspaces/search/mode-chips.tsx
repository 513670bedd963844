'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { classes } from '#app/_ui/classes.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { SearchMode } from '#server/features/retrieval/search/contract.ts';
import { CHIP } from './chip.ts';
import { MODES } from './search-place.ts';

const SAYS: Record<SearchMode, string> = {
  all: 'Words, names, paths and meaning together',
  symbols: 'Names of functions, classes and the like, by parts or initials',
  exact: 'The text as it is typed, in every file',
  regex: 'A regular expression over the text of every file',
};

interface ModeChipsProps {
  mode: SearchMode;
  onChange: (mode: SearchMode) => void;
}

/** How the box is understood. */
export function ModeChips({ mode, onChange }: ModeChipsProps) {
  return (
    <RadioGroup
      aria-label="How to search"
      value={mode}
      onValueChange={(next) => onChange(next)}
      className="contents"
    >
      {MODES.map((option) => (
        <Tooltip key={option} text={SAYS[option]}>
          <Radio.Root
            value={option}
            className={classes(
              CHIP,
              'data-[checked]:border-transparent data-[checked]:bg-accent-soft data-[checked]:font-medium data-[checked]:text-accent',
            )}
          >
            {option}
          </Radio.Root>
        </Tooltip>
      ))}
    </RadioGroup>
  );
}
