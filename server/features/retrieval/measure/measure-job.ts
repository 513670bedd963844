import { z } from '@hono/zod-openapi';
import { AppError } from '#server/kernel/errors.ts';
import type { JobKind, JobRun } from '#server/kernel/jobs.ts';
import type { RetrievalContext } from '../room.ts';
import type { IndexReader } from '../search/index-reader.ts';
import type { Vectors } from '../vectors.ts';
import { filesQuestion, placeQuestion } from './asking.ts';
import { MeasurementKind, type MeasurementResult } from './contract.ts';
import { indexCorpus, readCorpus, vectorsOfAll } from './corpus.ts';
import { evaluate, type Evaluated, type Evaluation } from './evaluate.ts';
import { readHistory } from './history.ts';
import { prepareLibrary } from './library.ts';
import type { MeasurementStore } from './measurement-store.ts';
import { shuffle } from './statistics.ts';

export const MEASURE = 'retrieval.measure';

export const MeasureInput = z.object({
  measurement_id: z.string(),
  kind: MeasurementKind,
  workspace_id: z.string().nullable(),
  with_meaning: z.boolean(),
  share: z.number(),
});
export type MeasureInput = z.infer<typeof MeasureInput>;

export interface MeasureParts {
  context: RetrievalContext;
  store: MeasurementStore;
  /** Of the workspaces' own indexes. */
  reader: IndexReader;
  vectors: Vectors;
  /** Told where an owner's chunks are, before its vectors are asked for. */
  place(owner: string, corpus: { index: string; root: string }): void;
  /** What a measurement is at, for people to see. */
  step(measurementId: string, step: string | null): void;
}

type Run = JobRun<MeasureInput>;

/** Questions from a history: more would take minutes and narrow the interval by little. */
const MOST_COMMITS = 500;
/** Fewer tell nothing about a weight. */
const FEWEST_TUNING = 50;

/** Measures how well an index finds the right place. */
export function measureKind(parts: MeasureParts): JobKind<MeasureInput> {
  return {
    kind: MEASURE,
    unit: 'questions',
    parse: (input) => MeasureInput.parse(input),
    run: async (job) => {
      const id = job.input.measurement_id;
      try {
        const result =
          job.input.kind === 'stdlib' ? await ofLibrary(parts, job) : await ofHistory(parts, job);
        parts.store.update(id, { result, finishedAt: Date.now() });
        return null;
      } finally {
        parts.step(id, null);
      }
    },
  };
}

async function ofLibrary(parts: MeasureParts, job: Run): Promise<MeasurementResult> {
  const { context, vectors } = parts;
  const { share, with_meaning: withMeaning } = job.input;
  const { log } = context;
  const { signal } = job;
  const step = (text: string) => parts.step(job.input.measurement_id, text);
  step('Copying Python’s library without its docstrings');
  const { root, index, queries } = await prepareLibrary(context.config, share, signal);
  const corpus = { owner: `measure-${Math.round(share * 100)}`, root, index };
  step('Indexing it');
  const { files, chunks } = await indexCorpus(corpus, { log, signal, progress: job.progress });
  if (withMeaning) {
    step('Giving every chunk its vector');
    parts.place(corpus.owner, corpus);
    await vectorsOfAll(vectors, corpus.owner, { signal, progress: job.progress });
  }
  step('Asking');
  const reader = readCorpus(corpus, log);
  try {
    const questions = queries.queries.map(({ text, path, line }) => placeQuestion(text, path, line));
    const asked = { owner: corpus.owner, reader, vectors, signal, questions, progress: job.progress };
    const name = `Python ${queries.python} standard library${share < 1 ? `, ${Math.round(share * 100)} % of its modules` : ''}`;
    return await finish(parts, job, { asked, corpus: { name, files, chunks }, withMeaning });
  } finally {
    await reader.close();
  }
}

async function ofHistory(parts: MeasureParts, job: Run): Promise<MeasurementResult> {
  const { context, reader, vectors } = parts;
  const { workspace_id: workspaceId, with_meaning: wanted } = job.input;
  const { signal } = job;
  const entry = context.hooks.all('workspaceSource')[0]?.find(workspaceId ?? '');
  if (!entry) throw new AppError('not_found', 'The folder was closed. Open it again and start anew.');
  parts.step(job.input.measurement_id, 'Reading the history');
  const commits = await readHistory(entry.root, { env: context.config.inherited, signal });
  const { paths, chunks } = await reader.ask('indexedPaths', entry.id, {}, { signal });
  const known = new Set(paths);
  const questions = shuffle(commits, 13)
    .map(({ message, paths: changed }) => ({ message, changed: changed.filter((path) => known.has(path)) }))
    .filter(({ changed }) => changed.length > 0)
    .slice(0, MOST_COMMITS)
    .map(({ message, changed }) => filesQuestion(message, changed));
  if (questions.length === 0) {
    throw new AppError(
      'unsupported',
      'No commit of this folder can be asked for: messages of four words or more that changed at most ten files which are still there.',
    );
  }
  parts.step(job.input.measurement_id, 'Asking');
  const asked = { owner: entry.id, reader, vectors, signal, questions, progress: job.progress };
  const corpus = { name: `${entry.name}, ${commits.length} commits`, files: known.size, chunks };
  return finish(parts, job, { asked, corpus, withMeaning: wanted && vectors.isReady(entry.id) });
}

interface Finishing {
  asked: Omit<Evaluation, 'embedder'>;
  corpus: MeasurementResult['corpus'];
  withMeaning: boolean;
}

/** Evaluates, and takes the weight over where the tuning part is large enough to have earned it. */
async function finish(
  { vectors, store }: MeasureParts,
  job: Run,
  { asked, corpus, withMeaning }: Finishing,
): Promise<MeasurementResult> {
  const chosen = withMeaning ? await vectors.embedders.chosen() : null;
  const embedder = chosen && { id: chosen.id, name: chosen.name };
  const { weight, ...evaluated } = await evaluate({ ...asked, embedder });
  const kept = embedder !== null && weight !== null && evaluated.tuned_on >= FEWEST_TUNING;
  if (kept) store.keepWeight(embedder.id, weight, job.input.measurement_id);
  return {
    corpus,
    ...evaluated,
    weight_kept: kept,
    note: noteOf(evaluated, { kept, wanted: job.input.with_meaning, embedder }),
  };
}

function noteOf(
  { tuned_on: tuned }: Pick<Evaluated, 'tuned_on'>,
  { kept, wanted, embedder }: { kept: boolean; wanted: boolean; embedder: object | null },
): string | null {
  if (kept) return null;
  if (wanted && embedder === null)
    return 'Only words and symbols were measured: there is no embedding model, or its vectors are not complete.';
  if (!wanted) return null;
  return `The weight of meaning stays what it was: ${tuned} questions to choose it with are too few, ${FEWEST_TUNING} are needed.`;
}
