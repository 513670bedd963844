'use client';

import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ulid } from 'ulid';
import { ApiError } from '#app/_client/api-error.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { Outcome, Turn, Vote } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { dropVote, keys, putTurn, putVote } from '../use-comparison.ts';

/** `first` is on the left. */
export interface Pair {
  first: string;
  second: string;
}

interface VoteOptions {
  comparisonId: string;
  pair: Pair | null;
  /** Both answers are on the screen: from here on the time to the vote counts. */
  shown: boolean;
  onVoted?: (vote: Vote, turn: Turn) => void;
  onUndone?: (turn: Turn) => void;
}

/** Votes on a pair and takes the vote back. The same pair voted on in another tab is said, and that vote stands. */
export function useVote({ comparisonId, pair, shown, onVoted, onUndone }: VoteOptions) {
  const client = useQueryClient();
  const since = useRef(0);
  /** A repeated attempt at the same vote keeps its id, so that it never counts twice. */
  const attempt = useRef({ of: '', id: '' });
  const of = pair === null ? '' : `${pair.first} ${pair.second}`;
  useEffect(() => {
    if (shown) since.current = Date.now();
  }, [of, shown]); // oxlint-disable-line react/exhaustive-effect-dependencies -- another pair, another start
  const cast = useMutation({
    mutationFn: (outcome: Outcome) => {
      if (attempt.current.of !== `${of} ${outcome}`) attempt.current = { of: `${of} ${outcome}`, id: ulid() };
      return compareApi.vote({
        request_id: attempt.current.id,
        first_answer_id: pair?.first ?? '',
        second_answer_id: pair?.second ?? '',
        outcome,
        took_ms: Math.min(86_400_000, Math.max(0, Date.now() - since.current)),
      });
    },
    onSuccess: ({ vote, turn }) => {
      attempt.current = { of: '', id: '' };
      putVote(client, vote);
      putTurn(client, turn);
      refresh(client, comparisonId, turn.revealed);
      onVoted?.(vote, turn);
    },
    onError: (error) => {
      if (!(error instanceof ApiError) || error.code !== 'conflict') return notifyError(error);
      notify('This pair was voted on in another tab', { description: error.message });
      void client.invalidateQueries({ queryKey: keys.open(comparisonId) });
      void client.invalidateQueries({ queryKey: keys.ballot(comparisonId) });
    },
  });
  const undo = useMutation({
    mutationFn: async (vote: Vote) => ({ vote, turn: await compareApi.undoVote(vote.id) }),
    onSuccess: ({ vote, turn }) => {
      dropVote(client, vote);
      putTurn(client, turn);
      refresh(client, comparisonId, true);
      onUndone?.(turn);
    },
    onError: notifyError,
  });
  return {
    cast: (outcome: Outcome) => !cast.isPending && pair !== null && cast.mutate(outcome),
    undo: (vote: Vote) => !undo.isPending && undo.mutate(vote),
    pending: cast.isPending || undo.isPending,
  };
}

/** The ranking of this comparison follows once the names of the turn are known, so that it gives nothing away. */
function refresh(client: QueryClient, comparisonId: string, revealed: boolean): void {
  void client.invalidateQueries({ queryKey: revealed ? keys.arenas : keys.wholeArena });
  void client.invalidateQueries({ queryKey: keys.pages(comparisonId) });
  void client.invalidateQueries({ queryKey: keys.summary(comparisonId) });
  void client.invalidateQueries({ queryKey: keys.list });
}
