'use client';

import { type FormEvent, useState } from 'react';
import { toApiError } from '#app/_client/api-error.ts';
import { Button } from '#app/_ui/button.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { TextField } from '#app/_ui/text-field.tsx';
import type { Memory } from '#server/features/models/contract.ts';
import { useMemoryChange } from './queries.ts';

const GIGABYTE = 1e9;

/** How much models may hold together, and for how long without use. */
export function MemoryForm({ memory, onDone }: { memory: Memory; onDone: () => void }) {
  const change = useMemoryChange();
  const [budget, setBudget] = useState(inGigabytes(memory.budget_bytes));
  const [minutes, setMinutes] = useState(String(memory.idle_minutes));
  const [problem, setProblem] = useState<{ budget?: string; minutes?: string }>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const bytes = Math.round(readNumber(budget) * GIGABYTE);
    const idle = readNumber(minutes);
    const found = {
      ...(isBudget(bytes, memory)
        ? {}
        : {
            budget: `Between ${formatBytes(memory.least_budget_bytes)} and ${formatBytes(memory.total_bytes)}.`,
          }),
      ...(idle >= 0 && idle <= 10_080 ? {} : { minutes: 'Between 0 (never) and 10,080 minutes, a week.' }),
    };
    setProblem(found);
    if (Object.keys(found).length > 0) return;
    const sameBudget = budget === inGigabytes(memory.budget_bytes);
    change.mutate(
      { ...(sameBudget ? {} : { budget_bytes: bytes }), idle_minutes: idle },
      { onSuccess: onDone },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        label="Budget in GB"
        name="budget"
        mono
        inputMode="decimal"
        value={budget}
        onChange={(event) => setBudget(event.target.value)}
        problem={problem.budget}
        hint={`This machine has ${formatBytes(memory.total_bytes)}. With less, the least recently used models leave at once.`}
      />
      <TextField
        label="Minutes without use"
        name="idle"
        mono
        inputMode="numeric"
        value={minutes}
        onChange={(event) => setMinutes(event.target.value)}
        problem={problem.minutes}
        hint="Then a model leaves memory. 0 for never."
      />
      {change.error !== null && (
        <p role="alert" className="text-tiny text-bad text-pretty">
          {toApiError(change.error).message}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" size="small" disabled={change.isPending}>
          Save
        </Button>
        {memory.budget_bytes !== memory.default_budget_bytes && (
          <Button
            size="small"
            look="quiet"
            disabled={change.isPending}
            onClick={() => change.mutate({ budget_bytes: null }, { onSuccess: onDone })}
          >
            Default budget, {formatBytes(memory.default_budget_bytes)}
          </Button>
        )}
      </div>
    </form>
  );
}

/** NaN for what is no number; a comma is read as a point. */
function readNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
}

function isBudget(bytes: number, memory: Memory): boolean {
  return bytes >= memory.least_budget_bytes && bytes <= memory.total_bytes;
}

function inGigabytes(bytes: number): string {
  return String(Number((bytes / GIGABYTE).toFixed(2)));
}
