import { defineFeature } from '#server/feature.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { Log } from '#server/kernel/log.ts';
import { TOPICS } from './announcements.ts';
import { runKind } from './answers/run-job.ts';
import { createAnswerRoutes } from './answers/answers.ts';
import { createComparisonRoutes } from './comparisons.ts';
import type { CompareEvents } from './contract.ts';
import { Ensembles } from './ensemble/ensembles.ts';
import { createEnsembleRoutes } from './ensemble/routes.ts';
import { createRoom, type Room } from './room.ts';
import { createRunRoutes } from './runs.ts';
import { createSetRoutes, MAX_SET_BODY } from './sets/sets.ts';
import { createTransferRoutes, MAX_IMPORT } from './transfer/transfer.ts';
import { createVoteRoutes } from './votes/votes.ts';

/** How long a deleted comparison can be restored: 30 days. */
const UNDO_MS = 30 * 24 * 60 * 60 * 1000;

export type CompareApi = ReturnType<typeof createCompareRoutes>;

/** One prompt to several models, blind votes on what they answer, and what the votes prove. */
export const compareFeature = defineFeature<CompareEvents>('compare', (context) => {
  const room = createRoom(context);
  const ensembles = new Ensembles(room);
  context.jobs.define(runKind(room));
  return {
    routes: createCompareRoutes(room, ensembles),
    topics: TOPICS,
    bodyLimits: { '/compare/sets': MAX_SET_BODY, '/compare/import': MAX_IMPORT },
    start() {
      const interrupted = room.answers.interruptAll();
      if (interrupted > 0)
        context.log.warn({ interrupted }, 'answers were cut off by the last stop; they go on');
      room.merges.failRunning();
      room.comparisons.purge(Date.now() - UNDO_MS);
      void checkLeftovers(room, context.log);
      room.live.recover();
    },
    stop: () => room.stop(),
  };
});

/** Evaluates what a dead daemon had no time for. */
async function checkLeftovers({ answers, writer }: Room, log: Log): Promise<void> {
  try {
    for (const id of answers.unchecked()) await writer.check(id);
  } catch (error) {
    log.warn({ err: error }, 'checks of earlier answers could not be evaluated');
  }
}

function createCompareRoutes(room: Room, ensembles: Ensembles) {
  return createRoutes()
    .route('/', createComparisonRoutes(room, ensembles))
    .route('/', createAnswerRoutes(room))
    .route('/', createVoteRoutes(room))
    .route('/', createSetRoutes(room))
    .route('/', createRunRoutes(room))
    .route('/', createEnsembleRoutes(ensembles))
    .route('/', createTransferRoutes(room));
}
