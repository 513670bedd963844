import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { enlist } from './contestants.ts';
import { compareRoutes } from './contract.ts';
import type { Ensembles } from './ensemble/ensembles.ts';
import type { Room } from './room.ts';
import type { Check, Comparison } from './shapes.ts';
import type { ComparisonRow } from './store.ts';
import { availableModels } from './contestants.ts';
import { toComparison, toContestant, toTurn, toVote } from './views.ts';

/** Routes about comparisons as a whole. */
export function createComparisonRoutes(room: Room, ensembles: Ensembles) {
  return createRoutes()
    .openapi(compareRoutes.list, async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const { rows, nextCursor } = room.comparisons.list(cursor, limit);
      return c.json({ items: await showComparisons(room, rows), next_cursor: nextCursor }, 200);
    })
    .openapi(compareRoutes.create, async (c) => {
      const comparison = await createComparison(room, c.req.valid('json'));
      return c.json(await showComparison(room, comparison), 200);
    })
    .openapi(compareRoutes.open, async (c) => {
      const row = room.comparisons.find(c.req.valid('param').id);
      const { after, limit } = c.req.valid('query');
      const wholes = room.turns.whole(room.turns.page(row.id, after, limit));
      const turns = wholes.map((whole) => toTurn(whole, row));
      const votes = wholes.flatMap((whole) => whole.votes.map(toVote));
      return c.json({ comparison: await showComparison(room, row), turns, votes }, 200);
    })
    .openapi(compareRoutes.update, async (c) => {
      const { id } = c.req.valid('param');
      room.comparisons.find(id);
      const { title, fair_timing: fairTiming } = c.req.valid('json');
      const row = room.comparisons.change(id, {
        ...(title === undefined ? {} : { title }),
        ...(fairTiming === undefined ? {} : { fairTiming }),
      });
      room.announcements.changed(id);
      return c.json(await showComparison(room, row), 200);
    })
    .openapi(compareRoutes.remove, (c) => {
      const removed = room.comparisons.remove(c.req.valid('json').ids);
      for (const row of removed) stopAll(room, ensembles, row);
      room.arena.forget();
      for (const { id } of removed) room.announcements.changed(id);
      return c.json({ deleted: removed.length }, 200);
    })
    .openapi(compareRoutes.restore, (c) => {
      const restored = room.comparisons.restore(c.req.valid('json').ids);
      room.arena.forget();
      for (const { id } of restored) room.announcements.changed(id);
      return c.json({ restored: restored.length }, 200);
    })
    .openapi(compareRoutes.ask, (c) => {
      const comparison = room.comparisons.find(c.req.valid('param').id);
      if (comparison.kind === 'run')
        throw new AppError(
          'conflict',
          'A run has its prompts from its set. Begin another comparison instead.',
        );
      const { request_id: requestId, ...asked } = c.req.valid('json');
      const earlier = room.turns.byRequest(requestId);
      const turnId = earlier?.id ?? ask(room, comparison, { ...asked, requestId });
      return c.json(room.announcements.turn(turnId), 200);
    })
    .openapi(compareRoutes.stop, (c) => {
      const comparison = room.comparisons.find(c.req.valid('param').id);
      const stopped = stopAll(room, ensembles, comparison);
      room.announcements.changed(comparison.id);
      return c.json({ stopped }, 200);
    });
}

/** Comparisons as the browser gets them. */
async function showComparisons(room: Room, rows: readonly ComparisonRow[]): Promise<Comparison[]> {
  const ids = rows.map(({ id }) => id);
  const contestants = room.comparisons.contestantsOf(ids);
  const counts = room.comparisons.counts(ids);
  const available = await availableModels(room.hooks);
  const none = { turns: 0, answered: 0, unfinished: 0, votes: 0 };
  return rows.map((row) =>
    toComparison({
      row,
      contestants: (contestants.get(row.id) ?? []).map((one) => toContestant(one, available)),
      counts: counts.get(row.id) ?? none,
      job: row.jobId === null ? undefined : room.jobs.find(row.jobId)?.status,
    }),
  );
}

/** One comparison as callers see it. */
export async function showComparison(room: Room, row: ComparisonRow): Promise<Comparison> {
  const [shown] = await showComparisons(room, [row]);
  if (!shown) throw new AppError('internal', 'A comparison could not be shown.');
  return shown;
}

interface Asked {
  prompt: string;
  tags: string[];
  checks: Check[];
  requestId?: string;
}

/** Puts a prompt to all contestants, and has it answered in the background. Tells the turn's id. */
function ask(room: Room, comparison: ComparisonRow, { prompt, tags, checks, requestId }: Asked): string {
  const contestants = room.comparisons.contestantsOf([comparison.id]).get(comparison.id) ?? [];
  const [turn] = room.turns.add(comparison, {
    drafts: [{ prompt, systemPrompt: '', tags: [...new Set(tags)], checks }],
    contestantIds: contestants.map(({ id }) => id),
    ...(requestId === undefined ? {} : { requestId }),
  });
  if (!turn) throw new AppError('internal', 'The prompt could not be kept.');
  room.comparisons.touch(comparison.id);
  room.live.begin(comparison, turn.id);
  room.announcements.changed(comparison.id);
  return turn.id;
}

interface Creation extends Omit<Asked, 'prompt' | 'requestId'> {
  contestants: Parameters<typeof enlist>[1];
  prompt?: string | undefined;
  conversation_id?: string | undefined;
  message_id?: string | undefined;
  blind: boolean;
  fair_timing: boolean;
  title: string;
}

async function createComparison(room: Room, asked: Creation): Promise<ComparisonRow> {
  const from =
    asked.conversation_id === undefined
      ? undefined
      : room.setStore.path(asked.conversation_id, asked.message_id);
  const drafts = await enlist(room.hooks, asked.contestants, from?.systemPrompt);
  const last = from?.path.findLastIndex(({ role }) => role === 'user') ?? -1;
  const prompt = asked.prompt ?? from?.path[last]?.text;
  const title = asked.title || titleOf(prompt ?? '') || from?.title || 'Comparison';
  const { blind, fair_timing: fairTiming, tags, checks } = asked;
  const history = (from?.path ?? []).slice(0, Math.max(0, last)).filter(({ text }) => text.trim() !== '');
  const comparison = room.comparisons.create(
    { title, kind: 'live', blind, fairTiming, history, setId: null },
    drafts,
  );
  if (prompt !== undefined) ask(room, comparison, { prompt, tags, checks });
  room.announcements.changed(comparison.id);
  return comparison;
}

/** The first line of a prompt, cut at a word. */
function titleOf(prompt: string): string {
  const line = prompt.trim().split('\n', 1)[0] ?? '';
  return line.length <= 80 ? line : `${line.slice(0, 80).replace(/\s+\S*$/, '')}…`;
}

/** A run pauses, what is live is cancelled, merges end; how many answers and merges that were. */
function stopAll(room: Room, ensembles: Ensembles, { id, kind, jobId }: ComparisonRow): number {
  const unfinished = room.turns.unfinished(id, { limit: 100_000 });
  if (kind === 'run') {
    if (jobId !== null) room.jobs.cancel(jobId);
    return unfinished.filter((answer) => room.generations.running(answer.id)).length;
  }
  const turnIds = room.turns.page(id, -1, 100_000).map((turn) => turn.id);
  return room.writer.stop(unfinished.map((answer) => answer.id)) + ensembles.stop(turnIds);
}
