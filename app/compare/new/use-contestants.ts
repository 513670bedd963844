'use client';

import { useState } from 'react';
import { useModels } from '../use-models.ts';
import {
  type Draft,
  firstDrafts,
  inputsOf,
  keepDrafts,
  keptDrafts,
  problemsOf,
} from './contestant-drafts.ts';

/** The contestants of a form: those of the last one at first. */
export function useContestants(least: number) {
  const { models, query } = useModels();
  const [edited, setEdited] = useState<Draft[] | null>(null);
  const [first, setFirst] = useState<Draft[] | null>(null);
  const usable = new Set(models.filter((model) => model.usable).map(({ id }) => id));
  // Chosen once the models are known, and not again when one is downloaded meanwhile.
  if (first === null && query.isSuccess) setFirst(keptDrafts(usable) ?? firstDrafts([...usable]));
  const drafts = edited ?? first ?? [];
  const valid = drafts.length >= least && problemsOf(drafts, usable).every((problem) => problem === null);
  return {
    drafts,
    change: setEdited,
    valid,
    /** What the daemon takes; remembers them for the next time. */
    take: () => {
      keepDrafts(drafts);
      return inputsOf(drafts);
    },
    query,
  };
}
