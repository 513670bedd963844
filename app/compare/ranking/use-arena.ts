'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { compareApi } from '../compare-api.ts';
import { keys } from '../use-comparison.ts';

/** The ranking of one comparison, or of every vote of this machine; of one tag where there is one. */
export function useArena(comparisonId: string | null, tag: string | null) {
  return useQuery({
    queryKey: keys.arena(comparisonId, tag),
    queryFn: () =>
      compareApi.arena({
        ...(comparisonId === null ? {} : { comparison_id: comparisonId }),
        ...(tag === null ? {} : { tag }),
      }),
    placeholderData: keepPreviousData,
  });
}
