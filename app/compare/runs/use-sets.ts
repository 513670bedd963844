'use client';

import { useQuery } from '@tanstack/react-query';
import { compareApi } from '../compare-api.ts';
import { keys } from '../use-comparison.ts';

/** The prompt sets of this machine, those that come with it first. */
export function useSets() {
  return useQuery({ queryKey: keys.sets, queryFn: compareApi.sets });
}
