import { ulid } from 'ulid';
import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { RetrievalContext } from '../room.ts';
import type { IndexReader } from '../search/index-reader.ts';
import type { Vectors } from '../vectors.ts';
import { type Measurement, MeasurementResult, measureRoutes } from './contract.ts';
import { MEASURE, type MeasureInput, measureKind } from './measure-job.ts';
import { type MeasurementRow, MeasurementStore } from './measurement-store.ts';

interface MeasureOptions {
  context: RetrievalContext;
  reader: IndexReader;
  vectors: Vectors;
}

export type MeasureApi = ReturnType<typeof createMeasureRoutes>;

/** Where the chunks of corpora are that are no workspaces. */
type Places = Map<string, { index: string; root: string }>;

/** Measurements of the index: E1 on Python's library, and commit messages on a person's own history. */
export class Measure {
  readonly routes: MeasureApi;
  readonly #places: Places = new Map();
  readonly #steps = new Map<string, string>();
  readonly #context: RetrievalContext;
  readonly #vectors: Vectors;
  readonly #store: MeasurementStore;

  constructor({ context, reader, vectors }: MeasureOptions) {
    this.#context = context;
    this.#vectors = vectors;
    this.#store = new MeasurementStore(context.database);
    context.jobs.define(
      measureKind({
        ...{ context, reader, vectors, store: this.#store },
        place: (owner, corpus) => this.#places.set(owner, corpus),
        step: (id, step) => (step === null ? this.#steps.delete(id) : this.#steps.set(id, step)),
      }),
    );
    this.routes = createMeasureRoutes(this);
  }

  /** Where the chunks of a corpus are; undefined for what is none. */
  placesOf(owner: string): { index: string; root: string } | undefined {
    return this.#places.get(owner);
  }

  list(): Measurement[] {
    return this.#store.list().map((row) => this.#shown(row));
  }

  /** Errors: invalid_request for a history without a workspace, not_found for one that is not open. */
  start(asked: Omit<MeasureInput, 'measurement_id'>): Measurement {
    const entry = this.#context.hooks.all('workspaceSource')[0]?.find(asked.workspace_id ?? '');
    if (asked.kind === 'history' && asked.workspace_id === null)
      throw new AppError('invalid_request', 'Say whose history: workspace_id is missing.');
    if (asked.workspace_id !== null && !entry) throw new AppError('not_found', 'This folder is not open.');
    const id = ulid();
    const { kind, workspace_id: workspaceId } = asked;
    this.#store.add({ id, kind, workspaceId, createdAt: Date.now() });
    const title = entry ? `Measure the index of ${entry.name}` : 'Measure the index on Python’s library';
    const job = this.#context.jobs.start(MEASURE, title, { ...asked, measurement_id: id });
    this.#store.update(id, { jobId: job.id });
    return this.#shown(this.#need(id));
  }

  cancel(id: string): Measurement {
    const { jobId } = this.#need(id);
    if (jobId !== null) this.#context.jobs.cancel(jobId);
    return this.#shown(this.#need(id));
  }

  resume(id: string): Measurement {
    const { jobId } = this.#need(id);
    if (jobId !== null) this.#context.jobs.resume(jobId);
    return this.#shown(this.#need(id));
  }

  async embedder() {
    const chosen = await this.#vectors.embedders.chosen();
    if (!chosen) return null;
    const { id, name } = chosen;
    return {
      ...{ id, name, weight: this.#vectors.embedders.weightOf(id) },
      measured: this.#store.isMeasured(id),
    };
  }

  #need(id: string): MeasurementRow {
    const row = this.#store.find(id);
    if (!row) throw new AppError('not_found', 'There is no such measurement.');
    return row;
  }

  #shown({ id, kind, workspaceId, jobId, result, createdAt, finishedAt }: MeasurementRow): Measurement {
    const job = jobId === null ? undefined : this.#context.jobs.find(jobId);
    return {
      ...{ id, kind, workspace_id: workspaceId, created_at: createdAt, finished_at: finishedAt },
      ...{ status: job?.status ?? (result === null ? 'failed' : 'done'), step: this.#steps.get(id) ?? null },
      ...{ done: job?.done ?? 0, total: job?.total ?? null, seconds_left: job?.secondsLeft ?? null },
      ...{ error: job?.error?.message ?? null },
      result: MeasurementResult.safeParse(result).data ?? null,
    };
  }
}

function createMeasureRoutes(measure: Measure) {
  return createRoutes()
    .openapi(measureRoutes.list, async (c) =>
      c.json({ measurements: measure.list(), embedder: await measure.embedder() }, 200),
    )
    .openapi(measureRoutes.start, (c) => {
      const { workspace_id: workspaceId = null, ...asked } = c.req.valid('json');
      return c.json(measure.start({ ...asked, workspace_id: workspaceId }), 200);
    })
    .openapi(measureRoutes.cancel, (c) => c.json(measure.cancel(c.req.valid('param').id), 200))
    .openapi(measureRoutes.resume, (c) => c.json(measure.resume(c.req.valid('param').id), 200));
}
