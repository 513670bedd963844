'use client';

import { useState } from 'react';
import { Select } from '#app/_ui/select.tsx';
import type { Parameters } from '#server/features/chat/contract.ts';
import { CodeField } from './code-field.tsx';

type Constraint = NonNullable<Parameters['constraint']>;
type Kind = Constraint['type'] | 'none';

interface ConstraintFieldsProps {
  value: Constraint | null;
  problem: string | null;
  /** Resolves with what is wrong with it, or null when it was taken. */
  onCommit: (value: Constraint | null) => Promise<string | null>;
}

/** What every answer must match, if anything. */
export function ConstraintFields({ value, problem, onCommit }: ConstraintFieldsProps) {
  const [kind, setKind] = useState<Kind>(value?.type ?? 'none');
  const choose = (next: Kind) => {
    setKind(next);
    if (value !== null) void onCommit(null);
  };
  const commit = async (type: Constraint['type'], text: string) => {
    if (text.trim() === '') return onCommit(null);
    return (type === 'json_schema' ? problemOfJson(text) : null) ?? onCommit({ type, value: text });
  };
  const form = kind === 'none' ? null : FORMS[kind];
  return (
    <div className="mt-1.5">
      <Select label="Answers must match" value={kind} onChange={choose} options={KINDS} />
      {kind === 'none' || form === null ? null : (
        <CodeField
          key={kind}
          label={form.label}
          value={value?.type === kind ? value.value : ''}
          placeholder={form.placeholder}
          hint={form.hint}
          problem={problem}
          onCommit={(text) => commit(kind, text)}
        />
      )}
    </div>
  );
}

/** Told here already, because a conversation that is yet to begin has nobody else to tell it. */
function problemOfJson(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is not JSON. ${error instanceof Error ? error.message : ''}`;
  }
}

const KINDS: { value: Kind; label: string }[] = [
  { value: 'none', label: 'Anything' },
  { value: 'json_schema', label: 'A JSON schema' },
  { value: 'regex', label: 'A regular expression' },
  { value: 'grammar', label: 'A grammar' },
];

const FORMS: Record<Constraint['type'], { label: string; placeholder: string; hint: string }> = {
  json_schema: {
    label: 'JSON schema',
    placeholder: '{ "type": "object" }',
    hint: 'Every answer is JSON that this schema accepts.',
  },
  regex: {
    label: 'Regular expression',
    placeholder: '(yes|no)',
    hint: 'Every answer matches it from its beginning to its end.',
  },
  grammar: {
    label: 'Grammar',
    placeholder: 'start: "yes" | "no"',
    hint: 'A Lark grammar; every answer follows its rule start.',
  },
};
