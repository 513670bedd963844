'use client';

import type { Parameters } from '#server/features/chat/contract.ts';
import { CodeField } from './code-field.tsx';

type Bias = NonNullable<Parameters['logit_bias']>;

interface LogitBiasFieldProps {
  value: Bias;
  problem: string | null;
  onCommit: (value: Bias | null) => Promise<string | null>;
}

/** Tokens made more or less likely, as JSON. */
export function LogitBiasField({ value, problem, onCommit }: LogitBiasFieldProps) {
  const commit = async (text: string): Promise<string | null> => {
    if (text.trim() === '') return onCommit(null);
    const bias = readBias(text);
    return bias === null ? 'Write it as JSON: token ids as names, numbers as values.' : onCommit(bias);
  };
  return (
    <CodeField
      label="Logit bias"
      value={Object.keys(value).length === 0 ? '' : JSON.stringify(value, null, 2)}
      placeholder='{ "1734": -100 }'
      hint="Makes tokens more likely (up to 100) or less likely (down to -100), by their id."
      problem={problem}
      onCommit={commit}
    />
  );
}

function readBias(text: string): Bias | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    const entries = Object.entries(parsed);
    const bias: Bias = {};
    for (const [token, number] of entries) {
      if (typeof number !== 'number') return null;
      bias[token] = number;
    }
    return bias;
  } catch {
    return null;
  }
}
