import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { RUN } from './answers/run-job.ts';
import { showComparison } from './comparisons.ts';
import { enlist } from './contestants.ts';
import { compareRoutes } from './contract.ts';
import type { Room } from './room.ts';
import type { ComparisonRow } from './store.ts';
import { summarise } from './summary.ts';

/** Routes for unattended runs, and for what they come to. */
export function createRunRoutes(room: Room) {
  return createRoutes()
    .openapi(compareRoutes.run, async (c) => {
      const { set_id: setId, contestants, title, blind, fair_timing: fairTiming } = c.req.valid('json');
      const set = room.sets.find(setId);
      if (!set) throw new AppError('not_found', 'This prompt set does not exist.');
      const drafts = await enlist(room.hooks, contestants);
      const named = title || set.name;
      const comparison = room.comparisons.create(
        { title: named, kind: 'run', blind, fairTiming, history: [], setId },
        drafts,
      );
      const job = room.jobs.start(RUN, named, { comparison_id: comparison.id });
      return c.json(await showChanged(room, room.comparisons.change(comparison.id, { jobId: job.id })), 200);
    })
    .openapi(compareRoutes.pause, async (c) => {
      const { row, jobId } = findRun(room, c.req.valid('param').id);
      room.jobs.cancel(jobId);
      return c.json(await showChanged(room, row), 200);
    })
    .openapi(compareRoutes.resume, async (c) => {
      const { row, jobId } = findRun(room, c.req.valid('param').id);
      room.jobs.resume(jobId);
      return c.json(await showChanged(room, row), 200);
    })
    .openapi(compareRoutes.summary, (c) => {
      const comparison = room.comparisons.find(c.req.valid('param').id);
      return c.json({ contestants: summarise(room, comparison) }, 200);
    });
}

async function showChanged(room: Room, row: ComparisonRow) {
  room.announcements.changed(row.id);
  return showComparison(room, row);
}

function findRun(room: Room, id: string): { row: ComparisonRow; jobId: string } {
  const row = room.comparisons.find(id);
  if (row.jobId === null) throw new AppError('conflict', 'This comparison is no run.');
  return { row, jobId: row.jobId };
}
