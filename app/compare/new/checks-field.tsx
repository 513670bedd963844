'use client';

import { Plus, Trash2 } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Select } from '#app/_ui/select.tsx';
import type { Check } from '#server/features/compare/contract.ts';
import { problemOf } from './check-problem.ts';

const TYPES: { value: Check['type']; label: string; hint: string }[] = [
  { value: 'contains', label: 'Contains', hint: 'this text is somewhere in the answer' },
  { value: 'regex', label: 'Pattern', hint: 'this regular expression matches' },
  { value: 'json_schema', label: 'JSON schema', hint: 'the answer is JSON that fits' },
  { value: 'exact', label: 'Exact', hint: 'the answer is this and nothing else' },
];

interface ChecksFieldProps {
  checks: Check[];
  onChange: (checks: Check[]) => void;
}

/** What every answer must satisfy, found out without a judge. */
export function ChecksField({ checks, onChange }: ChecksFieldProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium">Checks</legend>
      <p className="mt-0.5 text-tiny text-ink-3">
        Pass or fail by themselves; shown beside the votes, never instead.
      </p>
      <ul className="mt-2 flex flex-col gap-2 empty:hidden">
        {checks.map((check, index) => (
          // A check has nothing but its place to be told by.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex flex-wrap items-start gap-2">
            <Select
              label={`Kind of check ${index + 1}`}
              value={check.type}
              options={TYPES}
              onChange={(type) => onChange(checks.with(index, checkOf(type, check.value)))}
            />
            <CheckValue
              check={check}
              index={index}
              onChange={(value) => onChange(checks.with(index, { ...check, value }))}
            />
            <IconButton
              icon={Trash2}
              size="small"
              label={`Remove check ${index + 1}`}
              onClick={() => onChange(checks.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ul>
      <Button
        size="small"
        icon={Plus}
        className="mt-2"
        disabled={checks.length >= 20}
        onClick={() => onChange([...checks, checkOf('contains', '')])}
      >
        Add a check
      </Button>
    </fieldset>
  );
}

interface CheckValueProps {
  check: Check;
  index: number;
  onChange: (value: string) => void;
}

function CheckValue({ check, index, onChange }: CheckValueProps) {
  const problem = check.value === '' ? null : problemOf(check);
  return (
    <div className="min-w-40 flex-1">
      <textarea
        aria-label={`Check ${index + 1}`}
        aria-invalid={problem !== null}
        rows={1}
        spellCheck={false}
        value={check.value}
        onChange={(event) => onChange(event.target.value)}
        className="figures block max-h-48 min-h-8 w-full resize-y rounded-control border border-line bg-surface px-2.5 py-1.5 text-tiny outline-none [field-sizing:content] hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      {problem === null ? null : (
        <p role="alert" className="mt-0.5 text-tiny text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

function checkOf(type: Check['type'], value: string): Check {
  return type === 'contains' ? { type, value, ignore_case: true } : { type, value };
}
