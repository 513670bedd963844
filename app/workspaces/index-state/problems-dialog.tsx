'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '#app/_ui/button.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import { indexApi } from './index-api.ts';

interface ProblemsDialogProps {
  id: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** A page begins after a path; the first one after none. */
const firstPage: string | undefined = undefined;

/** The files that are not in the index, each with its reason. */
export function ProblemsDialog({ id, open, onOpenChange }: ProblemsDialogProps) {
  const query = useInfiniteQuery({
    queryKey: ['workspaces', 'problems', id],
    queryFn: ({ pageParam }) => indexApi.problems(id, pageParam),
    initialPageParam: firstPage,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled: open,
    refetchOnMount: 'always',
  });
  const problems = query.data?.pages.flatMap((page) => page.problems) ?? [];
  const show = (path: string) => {
    onOpenChange(false);
    showFile({ path });
  };
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={onOpenChange}
      title="Files that are not in the index"
      description="What ignore rules leave out is not among them."
    >
      {query.error !== null && <ErrorNote error={query.error} title="They are not known." />}
      {query.data !== undefined && problems.length === 0 && (
        <p className="text-small text-ink-2">Every file is in the index.</p>
      )}
      <ul className="divide-y divide-line text-small">
        {problems.map(({ path, status, reason }) => (
          <li key={path} className="flex flex-col gap-0.5 py-2">
            <button
              type="button"
              dir="auto"
              onClick={() => show(path)}
              className="figures reach self-start text-left text-tiny break-all hover:underline"
            >
              {showName(path)}
            </button>
            <p className={status === 'failed' ? 'text-bad' : 'text-ink-2'}>{reason}</p>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          size="small"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          className="mt-2"
        >
          Show more
        </Button>
      )}
    </Dialog>
  );
}
