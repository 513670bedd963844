import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import {
  compareAnswers,
  comparisonContestants,
  comparisons,
  compareTurns,
  compareVotes,
  contestants,
} from '#db/schema/compare.ts';
import { digestOf } from '../answers/answer-store.ts';
import { type Connection, idList, keepContestant, newId, UNFINISHED } from '../store.ts';
import { pairKey } from '../views.ts';
import type { ComparisonRecord } from './document.ts';

type TurnRecord = ComparisonRecord['turns'][number];

const TURNS_AT_ONCE = 200;

export interface Brought {
  comparisons: number;
  votes: number;
}

/** Brings comparisons in. What is here already stays as it is, so that bringing in twice changes nothing. */
export class TransferStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** In portions, so that others get their turn. */
  async write(record: ComparisonRecord): Promise<Brought> {
    const { made, ids } = this.#user.transaction((tx) => writeHead(tx, record), { behavior: 'immediate' });
    let votes = 0;
    for (let from = 0; from < record.turns.length; from += TURNS_AT_ONCE) {
      const turns = record.turns.slice(from, from + TURNS_AT_ONCE);
      votes += this.#user.transaction((tx) => writeTurns(tx, { record, turns, ids }), {
        behavior: 'immediate',
      });
      await new Promise(setImmediate);
    }
    return { comparisons: made ? 1 : 0, votes };
  }
}

/** Tells the ids that contestants have here. */
function writeHead(tx: Connection, record: ComparisonRecord): { made: boolean; ids: Map<string, string> } {
  const taken = tx
    .select({ id: contestants.id })
    .from(contestants)
    .where(sql`${contestants.id} in ${idList(record.contestants.map(({ id }) => id))}`)
    .all();
  const takenIds = new Set(taken.map(({ id }) => id));
  const ids = new Map<string, string>();
  for (const { id, model_id, model_name, system_prompt, adapter, parameters, label } of record.contestants) {
    const draft = {
      modelId: model_id,
      modelName: model_name,
      systemPrompt: system_prompt,
      adapter,
      parameters,
      label,
    };
    ids.set(id, keepContestant(tx, draft, takenIds.has(id) ? newId() : id));
  }
  const { changes } = tx
    .insert(comparisons)
    .values({
      ...{ id: record.id, title: record.title, kind: record.kind, blind: record.blind },
      ...{ fairTiming: record.fair_timing, shuffleSeed: record.shuffle_seed, history: record.history },
      ...{ createdAt: record.created_at, updatedAt: record.updated_at },
    })
    .onConflictDoNothing()
    .run();
  const links = [...new Set(ids.values())].map((contestantId, position) => ({
    ...{ comparisonId: record.id, contestantId, position },
  }));
  tx.insert(comparisonContestants).values(links).onConflictDoNothing().run();
  return { made: changes > 0, ids };
}

interface Portion {
  record: ComparisonRecord;
  turns: readonly TurnRecord[];
  ids: ReadonlyMap<string, string>;
}

/** How many votes were not here yet. */
function writeTurns(tx: Connection, { record, turns, ids }: Portion): number {
  let votes = 0;
  for (const turn of turns) {
    const { changes } = tx
      .insert(compareTurns)
      .values({
        ...{ id: turn.id, comparisonId: record.id, index: turn.index, prompt: turn.prompt },
        ...{ systemPrompt: turn.system_prompt, tags: turn.tags, checks: turn.checks },
        ...{ revealedAt: turn.revealed_at, createdAt: turn.created_at },
      })
      .onConflictDoNothing()
      .run();
    if (changes > 0) writeAnswers(tx, { record, turn, ids });
    votes += writeVotes(tx, record.id, turn);
  }
  return votes;
}

function writeAnswers(
  tx: Connection,
  { record, turn, ids }: { record: ComparisonRecord; turn: TurnRecord; ids: ReadonlyMap<string, string> },
) {
  for (const answer of turn.answers) {
    const contestantId = ids.get(answer.contestant_id);
    if (contestantId === undefined) continue;
    // Nobody goes on writing here what began elsewhere.
    const ended = !UNFINISHED.includes(answer.status);
    tx.insert(compareAnswers)
      .values({
        ...{ id: answer.id, comparisonId: record.id, turnId: turn.id, turnIndex: turn.index, contestantId },
        ...{ letter: answer.letter, text: answer.text, reasoning: answer.reasoning, error: answer.error },
        status: ended ? answer.status : 'cancelled',
        finishReason: ended ? answer.finish_reason : 'cancelled',
        ...{ usage: answer.usage, timings: answer.timings, memoryBytes: answer.memory_bytes },
        ...{ alone: answer.alone, checks: answer.checks, seed: answer.seed, modelHash: answer.model_hash },
        digest: answer.status === 'complete' ? digestOf(answer.text) : null,
        updatedAt: turn.created_at,
      })
      .onConflictDoNothing()
      .run();
  }
}

function writeVotes(tx: Connection, comparisonId: string, turn: TurnRecord): number {
  const here = tx
    .select({ id: compareAnswers.id })
    .from(compareAnswers)
    .where(sql`${compareAnswers.turnId} = ${turn.id}`)
    .all();
  const known = new Set(here.map(({ id }) => id));
  let written = 0;
  for (const vote of turn.votes) {
    const { first_answer_id: firstAnswerId, second_answer_id: secondAnswerId } = vote;
    if (!known.has(firstAnswerId) || !known.has(secondAnswerId) || firstAnswerId === secondAnswerId) continue;
    const { changes } = tx
      .insert(compareVotes)
      .values({
        ...{ id: vote.id, requestId: vote.id, comparisonId, turnId: turn.id, firstAnswerId, secondAnswerId },
        ...{ pair: pairKey(firstAnswerId, secondAnswerId), outcome: vote.outcome, reason: vote.reason },
        ...{ tags: vote.tags, ratings: vote.ratings, blind: vote.blind, tookMs: Math.trunc(vote.took_ms) },
        createdAt: vote.created_at,
      })
      .onConflictDoNothing()
      .run();
    written += changes;
  }
  return written;
}
