'use client';

import { ChevronDown, X } from 'lucide-react';
import { classes } from '#app/_ui/classes.ts';
import { Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import { languageName } from '../language-name.ts';
import { CHIP, CHIP_ON } from './chip.ts';
import { PathChip } from './path-chip.tsx';
import { KINDS, type SearchTerms } from './search-place.ts';
import { useLanguages } from './use-languages.ts';

interface FilterChipsProps {
  id: string;
  terms: SearchTerms;
  onChange: (change: Partial<SearchTerms>) => void;
}

/** What a result must be: its language, where it lies, its kind. */
export function FilterChips({ id, terms, onChange }: FilterChipsProps) {
  const { languages, paths, kinds } = terms;
  const known = useLanguages(id);
  const offered = [...new Set([...known.map(({ language }) => language), ...languages])];
  const filesOf = (language: string) => known.find((one) => one.language === language)?.files;
  return (
    <>
      <ChoiceChip
        name="lang"
        chosen={languages.map(languageName)}
        entries={offered.map((language) => ({
          label: languageName(language),
          hint: filesOf(language) === undefined ? 'none is indexed' : `${filesOf(language)} files`,
          checked: languages.includes(language),
          run: () => onChange({ languages: toggled(languages, language) }),
        }))}
        onClear={() => onChange({ languages: [] })}
      />
      <ChoiceChip
        name="kind"
        chosen={kinds}
        entries={KINDS.map((kind) => ({
          label: kind,
          checked: kinds.includes(kind),
          run: () => onChange({ kinds: toggled(kinds, kind) }),
        }))}
        onClear={() => onChange({ kinds: [] })}
      />
      {paths.map((glob) => (
        <button
          key={glob}
          type="button"
          aria-label={`Remove the filter path: ${glob}`}
          onClick={() => onChange({ paths: paths.filter((one) => one !== glob) })}
          className={CHIP}
        >
          <span className="truncate">path: {glob}</span>
          <X size={12} aria-hidden="true" />
        </button>
      ))}
      {paths.length < 20 && (
        <PathChip onAdd={(glob) => onChange({ paths: [...new Set([...paths, glob])] })} />
      )}
    </>
  );
}

interface ChoiceChipProps {
  name: string;
  chosen: readonly string[];
  entries: MenuEntry[];
  onClear: () => void;
}

function ChoiceChip({ name, chosen, entries, onClear }: ChoiceChipProps) {
  const [first = 'any', ...more] = chosen;
  const value = more.length === 0 ? first : `${first} +${more.length}`;
  const all: MenuEntry[] =
    chosen.length === 0 ? entries : [{ label: 'Any', run: onClear }, 'separator', ...entries];
  return (
    <Menu
      align="start"
      entries={
        all.length === 0 ? [{ label: 'Nothing is indexed yet', run: () => undefined, disabled: true }] : all
      }
      trigger={
        <button type="button" className={classes(CHIP, chosen.length > 0 && CHIP_ON)}>
          <span className="truncate">
            {name}: {value}
          </span>
          <ChevronDown size={12} aria-hidden="true" />
        </button>
      }
    />
  );
}

function toggled<Value extends string>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}
