'use client';

import { ChevronDown } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { SELECT_TRIGGER } from './select-trigger.ts';

const SelectBox = lazy(() =>
  fetchPart(() => import('./select-box.tsx')).then((module) => ({ default: module.SelectBox })),
);

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: { value: Value; label: string; hint?: string }[];
  disabled?: boolean;
}

/**
 * One of a few named choices. `label` is read out; show it beside the control where it is not plain.
 * The control is fetched when the first one is shown, and its value stands in its place meanwhile.
 */
export function Select<Value extends string>({ options, onChange, ...rest }: SelectProps<Value>) {
  const chosen = options.find(({ value }) => value === rest.value);
  const choose = (next: string) => {
    const option = options.find(({ value }) => value === next);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <Suspense fallback={<Resting text={chosen?.label ?? ''} />}>
      <SelectBox {...rest} options={options} onChange={choose} />
    </Suspense>
  );
}

function Resting({ text }: { text: string }) {
  return (
    <span className={SELECT_TRIGGER}>
      {text}
      <ChevronDown size={14} aria-hidden="true" className="text-ink-3" />
    </span>
  );
}
