'use client';

import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Model } from '#server/features/models/contract.ts';
import type { ModelsList } from './api.ts';
import { ModelRow } from './model-row.tsx';

/** Everything found on the disk: what can be used first, then what cannot and why. */
export function ModelList({ list }: { list: ModelsList }) {
  const [search, setSearch] = useState('');
  const found = useMemo(() => list.models.filter((model) => isNamed(model, search)), [list.models, search]);
  const usable = found.filter((model) => model.usable);
  const refused = found.filter((model) => !model.usable);
  return (
    <>
      <div className="relative">
        <Search size={16} aria-hidden="true" className="absolute top-3 left-3.5 text-ink-3" />
        <input
          type="search"
          aria-label="Filter models"
          placeholder="Filter by name, quantization or folder"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="h-10 w-full rounded-card border border-line bg-surface pr-3 pl-10 text-small outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
        />
      </div>
      <Group title="Ready to use" models={usable} list={list} />
      <Group title="Cannot be used" models={refused} list={list} />
      {found.length === 0 && (
        <p className="py-8 text-center text-small text-ink-2">
          {search === ''
            ? 'No model directory was found. Get one, or add a folder.'
            : `No model is named like “${search}”.`}
        </p>
      )}
    </>
  );
}

function Group({ title, models, list }: { title: string; models: Model[]; list: ModelsList }) {
  if (models.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 flex items-baseline gap-2 px-1 text-tiny text-ink-3">
        {title} <span className="figures">{models.length}</span>
      </h2>
      <ul className="overflow-hidden rounded-card border border-line bg-surface">
        {models.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            resident={list.resident.find((one) => one.model_id === model.id)}
            place={list.resident.findIndex((one) => one.model_id === model.id)}
            isDefault={list.default_model_id === model.id}
          />
        ))}
      </ul>
    </section>
  );
}

function isNamed(model: Model, search: string): boolean {
  const text =
    `${model.name} ${model.quantization ?? ''} ${model.path} ${model.architecture ?? ''}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
