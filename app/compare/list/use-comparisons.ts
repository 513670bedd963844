'use client';

import { type InfiniteData, type QueryClient, useInfiniteQuery } from '@tanstack/react-query';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { Comparison } from '#server/features/compare/contract.ts';
import { compareApi, type ComparisonPage } from '../compare-api.ts';
import { keys } from '../use-comparison.ts';

type Pages = InfiniteData<ComparisonPage, string | null>;

/** The comparisons, newest first and page by page. */
export function useComparisons() {
  return useInfiniteQuery({
    queryKey: keys.list,
    queryFn: ({ pageParam }) => compareApi.list(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Deletes at once, says so, and offers the way back. */
export async function deleteComparison(
  client: QueryClient,
  { id, title }: Pick<Comparison, 'id' | 'title'>,
): Promise<void> {
  await compareApi.remove([id]);
  client.setQueryData<Pages>(
    keys.list,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== id) })),
      },
  );
  void client.invalidateQueries({ queryKey: keys.arenas });
  const restore = async () => {
    await compareApi.restore([id]);
    await client.invalidateQueries({ queryKey: keys.list });
    await client.invalidateQueries({ queryKey: keys.arenas });
  };
  notify('Comparison deleted, with its votes', {
    description: title,
    action: { label: 'Undo', run: () => void restore().catch(notifyError) },
  });
}
