'use client';

import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useReconnect, useTopic } from '#app/_client/socket.ts';
import type { Answer, CompareEvents, Turn, Vote } from '#server/features/compare/contract.ts';
import { isRunning, readState } from './answer-state.ts';
import { compareApi, type OpenComparison } from './compare-api.ts';
import { liveTexts } from './live-texts.ts';

/** Turns of one request. Of a run, whose turns are looked at one by one, there is only one. */
const TURNS = 20;
/** Milliseconds without a piece of a running answer after which the daemon is asked. */
export const SILENCE = 2000;

export const keys = {
  list: ['compare', 'list'],
  open: (id: string) => ['compare', 'open', id],
  pages: (id: string) => ['compare', 'page', id],
  ballot: (id: string) => ['compare', 'ballot', id],
  summary: (id: string) => ['compare', 'summary', id],
  ensemble: (turnId: string) => ['compare', 'ensemble', turnId],
  arenas: ['compare', 'arena'],
  wholeArena: ['compare', 'arena', null],
  arena: (comparisonId: string | null, tag: string | null) => ['compare', 'arena', comparisonId, tag],
  sets: ['compare', 'sets'],
};

/** One comparison with its turns and votes, kept in step with the daemon. */
export function useComparison(id: string) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.open(id), queryFn: () => openWhole(id) });
  useCompareEvents(id);
  const turns = query.data?.turns ?? [];
  useFollow(turns.flatMap((turn) => turn.answers).filter(isRunning), client, id);
  return { query, comparison: query.data?.comparison, turns, votes: query.data?.votes ?? [] };
}

/** A comparison made by hand with all its turns; of a run the first ones. */
async function openWhole(id: string): Promise<OpenComparison> {
  const whole = await compareApi.open(id, -1, TURNS);
  if (whole.comparison.kind === 'run') return whole;
  let page = whole.turns;
  while (page.length === TURNS) {
    page = (await compareApi.open(id, page.at(-1)?.index ?? 0, TURNS)).turns;
    whole.turns = [...whole.turns, ...page];
  }
  return whole;
}

/** Takes the events of one comparison into what is cached of it. */
function useCompareEvents(id: string): void {
  const client = useQueryClient();
  useTopic<CompareEvents>(`comparison:${id}`, {
    // Answers of a run that nobody looks at are not kept here.
    'compare.delta': ({ answer_id, seq, text, reasoning }) => {
      if (liveTexts.get(answer_id) !== undefined) liveTexts.delta([answer_id, seq, text, 0, reasoning]);
    },
    'compare.state': ({ answer_id, state }) => {
      const read = readState(state);
      if (read !== null && liveTexts.get(answer_id) !== undefined) liveTexts.state(answer_id, read);
    },
    'compare.answer': (answer) => putAnswer(client, id, answer),
    'compare.turn': (turn) => turn.comparison_id === id && putTurn(client, turn),
    'compare.ensemble': ({ turn_id, ensemble }) => client.setQueryData(keys.ensemble(turn_id), ensemble),
  });
  useReconnect(() => void liveTexts.catchUpAll());
}

/** Keeps lists fresh. What ranks one comparison waits for its turn to be revealed, so that it gives nothing away. */
export function useCompareChanges(): void {
  const client = useQueryClient();
  useTopic<CompareEvents>('compare', {
    'compare.changed': ({ comparison_id }) => {
      void client.invalidateQueries({ queryKey: keys.list });
      void client.invalidateQueries({ queryKey: keys.wholeArena });
      if (comparison_id !== null) void client.invalidateQueries({ queryKey: keys.open(comparison_id) });
    },
  });
}

export function putTurn(client: QueryClient, turn: Turn): void {
  client.setQueryData<OpenComparison>(keys.open(turn.comparison_id), (data) => {
    const known = data?.turns.some(({ id }) => id === turn.id) === true;
    if (data === undefined || (data.comparison.kind === 'run' && !known)) return data;
    for (const answer of turn.answers) if (isRunning(answer)) liveTexts.begin(answer.id, answer);
    const turns = known
      ? data.turns.map((one) => (one.id === turn.id ? turn : one))
      : [...data.turns, turn].sort((one, other) => one.index - other.index);
    return { ...data, turns };
  });
}

export function putAnswer(client: QueryClient, comparisonId: string, answer: Answer): void {
  if (isRunning(answer) && liveTexts.get(answer.id) !== undefined) liveTexts.begin(answer.id, answer);
  client.setQueryData<OpenComparison>(
    keys.open(comparisonId),
    (data) => data && { ...data, turns: data.turns.map((turn) => withAnswer(turn, answer)) },
  );
}

function withAnswer(turn: Turn, answer: Answer): Turn {
  if (turn.id !== answer.turn_id) return turn;
  return { ...turn, answers: turn.answers.map((one) => (one.id === answer.id ? answer : one)) };
}

export function putVote(client: QueryClient, vote: Vote): void {
  client.setQueryData<OpenComparison>(
    keys.open(vote.comparison_id),
    (data) => data && { ...data, votes: [...data.votes.filter(({ id }) => id !== vote.id), vote] },
  );
}

export function dropVote(client: QueryClient, vote: Vote): void {
  client.setQueryData<OpenComparison>(
    keys.open(vote.comparison_id),
    (data) => data && { ...data, votes: data.votes.filter(({ id }) => id !== vote.id) },
  );
}

/** Joins running answers, and asks after those that have gone silent: an event may be missed, an answer never. */
function useFollow(running: Answer[], client: QueryClient, comparisonId: string): void {
  const followed = useRef(new Set<string>());
  const ids = running.map(({ id }) => id).join(' ');
  useEffect(() => {
    const now = new Set(ids.split(' ').filter((id) => id !== ''));
    for (const id of followed.current) if (!now.has(id)) liveTexts.end(id);
    for (const answer of running) {
      if (followed.current.has(answer.id)) continue;
      liveTexts.begin(answer.id, answer);
      void liveTexts.catchUp(answer.id);
    }
    followed.current = now;
    const seen = new Map<string, number>();
    const ask = async (id: string) => {
      const seq = liveTexts.get(id)?.seq ?? 0;
      if (seen.get(id) !== seq) return void seen.set(id, seq);
      const { answer } = await compareApi.live(id, seq);
      if (isRunning(answer)) await liveTexts.catchUp(id);
      // The turn, too: its open pairs and what may be shown changed with its answers.
      else await client.invalidateQueries({ queryKey: keys.open(comparisonId) });
    };
    // A request that fails is asked again by the next turn; the banner says that the daemon is away.
    const timer = setInterval(() => {
      for (const id of now) void ask(id).catch(() => undefined);
    }, SILENCE);
    return () => clearInterval(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- the ids name what matters of `running`
  }, [ids, client, comparisonId]);
  useEffect(
    () => () => {
      for (const id of followed.current) liveTexts.end(id);
      followed.current = new Set();
    },
    [],
  );
}
