'use client';

import { Switch } from '#app/_ui/switch.tsx';

interface TermsProps {
  blind: boolean;
  fairTiming: boolean;
  onBlind: (on: boolean) => void;
  onFairTiming: (on: boolean) => void;
}

/** The two terms of a comparison, with what each of them does. */
export function Terms({ blind, fairTiming, onBlind, onFairTiming }: TermsProps) {
  return (
    <div className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
      <Term
        label="Blind"
        explanation="Sides are shuffled; names and timings stay hidden until the vote."
        checked={blind}
        onChange={onBlind}
      />
      <Term
        label="Fair timing"
        explanation="One answer at a time with nothing beside it, so that speeds can be compared."
        checked={fairTiming}
        onChange={onFairTiming}
      />
    </div>
  );
}

interface TermProps {
  label: string;
  explanation: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}

function Term({ label, explanation, checked, onChange }: TermProps) {
  return (
    <div className="flex items-start justify-between gap-3">
      <div>
        <p className="font-medium">{label}</p>
        <p className="text-tiny text-ink-2 text-pretty">{explanation}</p>
      </div>
      <Switch label={label} checked={checked} onChange={onChange} />
    </div>
  );
}
