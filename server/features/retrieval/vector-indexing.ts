import type { FeatureContext } from '#server/feature.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { createMeter, measured, type Meter } from '#server/kernel/job-meter.ts';
import type { Embedders } from './embedders/embedders.ts';
import type { IndexState } from './indexing/contract.ts';
import type { VectorCalls } from './vector-calls.ts';
import type { VectorFacts } from './vector-tables.ts';
import type { TextPlaces } from './vector-thread.ts';

/** How far the vectors of one owner are. */
export type VectorState = IndexState['vectors'];

export interface VectorSurroundings
  extends Pick<FeatureContext<object>, 'embeddings' | 'activity' | 'log' | 'disk'> {
  calls: VectorCalls;
  embedders: Embedders;
  /** Where the owner's texts are; undefined when it is gone. */
  placesOf(owner: string): TextPlaces | undefined;
  isPaused(owner: string): boolean;
  changed(owner: string): void;
  /** Milliseconds that an owner is worked for while others wait; its plan is made again at each turn. */
  turnMs: number;
}

/** Raised when other texts would be embedded for the same chunks, or more is kept of them. */
const CHUNKER_VERSION = 2;
/** Texts in one request: about a second of work for a small model on two cores, after which an answer goes first. */
const BATCH = 32;
const ROWS_AT_ONCE = 500;
const WRITE_MS = 5_000;
/** An answer that is being written has the cores to itself for so long at most, at each batch. */
const ANSWER_WAIT_MS = 20_000;
const RETRY_MS = [5_000, 30_000, 120_000, 600_000];
/** What an embedder takes that nobody weighed. */
const EMBEDDER_BYTES = 600 * 2 ** 20;
/** A table that is damaged each time it is built is no accident. */
const MOST_REBUILDS = 3;

interface Owner {
  status: VectorState['status'];
  done: number;
  total: number;
  /** What the table holds that answers; null while none does. */
  answering: VectorFacts | null;
  embedder: VectorState['embedder'];
  meter: Meter | undefined;
  error: string | null;
  /** Its texts changed since they were last looked at. */
  stale: boolean;
  failures: number;
  rebuilds: number;
  retry: NodeJS.Timeout | undefined;
}

/**
 * Gives every text of every owner its vector, in batches that engines compute last. Owners take turns, so that a small
 * folder does not wait for a large one. What is missing is found by comparing what there is with what the table holds, so a
 * kill at any point costs a batch.
 */
export class VectorIndexing {
  readonly #around: VectorSurroundings;
  readonly #owners = new Map<string, Owner>();
  /** Of the models that were asked in this run: a model may be another one under the same name. */
  readonly #hashes = new Map<string, string>();
  #working: Promise<void> | undefined;
  #isWorking = false;
  #pass: { owner: string; stopping: AbortController; over: Promise<void> } | undefined;
  #stopped = false;

  constructor(around: VectorSurroundings) {
    this.#around = around;
  }

  state(owner: string): VectorState {
    const entry = this.#owners.get(owner);
    const { status, done, total, embedder, error } = entry ?? fresh();
    const { rate, secondsLeft } = measured(status === 'running' ? entry?.meter : undefined);
    return { status, done, total, embedder, error, chunks_per_second: rate, seconds_left: secondsLeft };
  }

  /** What the table that answers was made with; null while a search has to do without. */
  answering(owner: string): VectorFacts | null {
    return this.#around.embedders.chosenId() === 'none' ? null : (this.#owners.get(owner)?.answering ?? null);
  }

  /** Another embedder was chosen. */
  async restart(): Promise<void> {
    if (this.#pass) await this.#end(this.#pass.owner);
    for (const owner of this.#owners.keys()) this.update(owner);
  }

  /** The owner's texts, or what is to be done with them, may have changed. */
  update(owner: string): void {
    const entry = this.#owners.get(owner) ?? fresh();
    this.#owners.set(owner, entry);
    entry.stale = true;
    clearTimeout(entry.retry);
    if (this.#around.isPaused(owner)) this.#set(owner, entry, { status: 'paused' });
    this.#wake();
  }

  /** Stops at once what is under way for it; `update` goes on. */
  async pause(owner: string): Promise<void> {
    await this.#end(owner);
    const entry = this.#owners.get(owner);
    if (entry) this.#set(owner, entry, { status: 'paused', stale: true });
  }

  /** Lets go of the owner's texts, e.g. because another index takes their place. */
  async release(owner: string): Promise<void> {
    const wasUnderWay = await this.#end(owner);
    await this.#around.calls.call('release', { owner });
    if (wasUnderWay) this.update(owner);
  }

  async forget(owner: string): Promise<void> {
    clearTimeout(this.#owners.get(owner)?.retry);
    this.#owners.delete(owner);
    await this.#end(owner);
    await this.#around.calls.call('forget', { owner });
  }

  /** The model that answered is not the one the table was made with. */
  met(model: ModelEntry, modelHash: string, owner: string): void {
    this.#hashes.set(model.id, modelHash);
    if (this.#owners.get(owner)?.answering?.modelHash !== modelHash) this.update(owner);
  }

  /** The table could not be read. It is looked into and, where it is damaged, built again. */
  lost(owner: string): void {
    const entry = this.#owners.get(owner);
    if (entry) entry.answering = null;
    if (entry) this.update(owner);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { retry } of this.#owners.values()) clearTimeout(retry);
    this.#pass?.stopping.abort(stopReason());
    await this.#working;
  }

  #wake(): void {
    if (this.#isWorking || this.#stopped) return;
    this.#isWorking = true;
    this.#working = this.#work();
  }

  async #work(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting();
      if (!next || this.#stopped) {
        // At once, so that whoever was told of the end can start another round.
        this.#isWorking = false;
        return;
      }
      const [owner, entry] = next;
      // Whoever had its turn longest ago is first.
      this.#owners.delete(owner);
      this.#owners.set(owner, entry);
      entry.stale = false;
      const stopping = new AbortController();
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      this.#pass = { owner, stopping, over };
      try {
        await this.#look(owner, entry, stopping.signal);
        Object.assign(entry, { failures: 0, rebuilds: 0 });
      } catch (error) {
        if (!stopping.signal.aborted) this.#failed(owner, entry, error);
      } finally {
        this.#pass = undefined;
        end();
      }
    }
  }

  #waiting(): [owner: string, entry: Owner][] {
    return [...this.#owners].filter(([owner, { stale }]) => stale && !this.#around.isPaused(owner));
  }

  async #end(owner: string): Promise<boolean> {
    if (this.#pass?.owner !== owner) return false;
    this.#pass.stopping.abort(stopReason());
    await this.#pass.over;
    return true;
  }

  async #look(owner: string, entry: Owner, signal: AbortSignal): Promise<void> {
    const { calls, embedders, placesOf } = this.#around;
    const places = placesOf(owner);
    if (!places) return;
    const model = await embedders.chosen();
    entry.answering = await calls.call('answering', { owner }, signal);
    if (!model) {
      const id = embedders.chosenId();
      const error = id === 'none' ? null : `The embedding model ${id} is not there. Choose another one.`;
      this.#set(owner, entry, { status: 'none', done: 0, total: 0, embedder: null, error });
      return;
    }
    if (entry.status !== 'ready') this.#set(owner, entry, { status: 'waiting', error: null });
    // No model is loaded for nothing.
    if (!entry.answering && (await calls.call('count', { places }, signal)) === 0) {
      this.#set(owner, entry, { status: 'ready', done: 0, total: 0, embedder: null, error: null });
      return;
    }
    const facts = await this.#factsFor(model, entry.answering, signal);
    const embedder = { id: model.id, name: model.name, dimensions: facts.dimensions };
    const { texts, missing } = await calls.call('plan', { owner, facts, places }, signal);
    this.#set(owner, entry, { total: texts, done: texts - missing, embedder });
    if (missing > 0 && !(await this.#fill({ owner, entry, facts, model, signal }))) {
      this.#set(owner, entry, { status: 'waiting', meter: undefined, stale: true });
      return;
    }
    if (tableOf(entry.answering) !== tableOf(facts)) await calls.call('complete', { owner, facts }, signal);
    entry.answering = facts;
    this.#set(owner, entry, { status: 'ready', error: null, meter: undefined });
    await calls.call('tidy', { owner, facts }, signal);
  }

  /** What the table is to be made with. Asks the model only where nothing says that it is still the same. */
  async #factsFor(
    model: ModelEntry,
    answering: VectorFacts | null,
    signal: AbortSignal,
  ): Promise<VectorFacts> {
    const known = this.#hashes.get(model.id) ?? answering?.modelHash;
    const same = answering?.embedderId === model.id && answering.chunker === CHUNKER_VERSION;
    if (same && answering.modelHash === known) return answering;
    this.#expectRoom(model);
    const options = { priority: 'background', signal } as const;
    const { vectors, modelHash } = await this.#around.embeddings.embed(model, ['dimensions'], options);
    this.#hashes.set(model.id, modelHash);
    const dimensions = vectors[0]?.length ?? 0;
    return { embedderId: model.id, modelHash, dimensions, chunker: CHUNKER_VERSION };
  }

  /** False when its turn is over and others wait. */
  async #fill({ owner, entry, facts, model, signal }: Filling): Promise<boolean> {
    const { calls, embeddings, turnMs } = this.#around;
    const begun = Date.now();
    const meter = createMeter({ done: entry.done, total: entry.total });
    meter.add(entry.done, entry.total, Date.now());
    this.#set(owner, entry, { status: 'running', meter, error: null });
    let rows: Rows = { hashes: [], bodies: [], vectors: [] };
    let writtenAt = Date.now();
    const write = async () => {
      const vectors = Float32Array.from(rows.vectors);
      const { hashes, bodies } = rows;
      rows = { hashes: [], bodies: [], vectors: [] };
      writtenAt = Date.now();
      // Without the signal: what was computed is kept when somebody pauses.
      await calls.call('add', { owner, facts, hashes, bodies, vectors });
    };
    try {
      for (let last = false; !last; ) {
        await this.#whileAnswering(signal);
        const taken = await calls.call('take', { owner, limit: BATCH }, signal);
        last = taken.last;
        if (taken.texts.length > 0) {
          this.#expectRoom(model);
          const options = { kind: 'document', priority: 'background', signal } as const;
          const { vectors, modelHash } = await embeddings.embed(model, taken.texts, options);
          this.#expect(model, facts, modelHash);
          rows.hashes.push(...taken.hashes);
          rows.bodies.push(...taken.bodies);
          for (const vector of vectors) rows.vectors.push(...vector);
        }
        if (rows.hashes.length >= ROWS_AT_ONCE || Date.now() - writtenAt >= WRITE_MS) await write();
        entry.done += taken.hashes.length + taken.moved;
        meter.add(entry.done, entry.total, Date.now());
        this.#around.changed(owner);
        const isOver = !last && Date.now() - begun >= turnMs;
        if (isOver && this.#waiting().some(([other]) => other !== owner)) return false;
      }
      return true;
    } finally {
      if (rows.hashes.length > 0) await write();
    }
  }

  #expect(model: ModelEntry, facts: VectorFacts, modelHash: string): void {
    this.#hashes.set(model.id, modelHash);
    if (modelHash === facts.modelHash) return;
    throw new AppError('gone', `The files of ${model.name} changed meanwhile. Its vectors are made again.`);
  }

  /** Whoever chats needs their model more: none of them is sent away for vectors. */
  #expectRoom(model: ModelEntry): void {
    const { budgetBytes, models } = this.#around.activity.memory();
    if (models.some(({ modelId }) => modelId === model.id)) return;
    const held = models.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    if (held + (model.memoryBytes ?? EMBEDDER_BYTES) <= budgetBytes) return;
    const message = `There is no room for ${model.name} beside the models in memory. Vectors are made when one of them leaves.`;
    throw new AppError('insufficient_memory', message);
  }

  /** On one machine the model that writes and the one that embeds share cores or a GPU. */
  async #whileAnswering(signal: AbortSignal): Promise<void> {
    const { activity } = this.#around;
    if (activity.running().length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = activity.onEnd(() => {
      if (activity.running().length === 0) resolve();
    });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WAIT_MS)]);
    const enough = () => resolve();
    limit.addEventListener('abort', enough);
    await promise;
    limit.removeEventListener('abort', enough);
    stop();
    signal.throwIfAborted();
  }

  #failed(owner: string, entry: Owner, thrown: unknown): void {
    const error = toAppError(thrown);
    // Before the first files are in there is nothing to do; the index tells when there is.
    if (error.code === 'not_found') return this.#set(owner, entry, { status: 'waiting', error: null });
    if (error.code === 'gone' && entry.rebuilds < MOST_REBUILDS) {
      entry.rebuilds += 1;
      this.#around.log.warn({ err: thrown, owner }, 'vectors are built again');
      this.#set(owner, entry, { status: 'waiting', answering: null, stale: true });
      return;
    }
    if (error.code === 'insufficient_storage') this.#around.disk.reportFull();
    this.#around.log.warn({ err: thrown, owner }, 'vectors could not be made; it is tried again later');
    this.#set(owner, entry, { status: 'failed', error: error.message });
    const delay = RETRY_MS[Math.min(entry.failures, RETRY_MS.length - 1)];
    entry.failures += 1;
    entry.retry = setTimeout(() => this.update(owner), delay).unref();
  }

  #set(owner: string, entry: Owner, change: Partial<Owner>): void {
    Object.assign(entry, change);
    if (this.#owners.get(owner) === entry) this.#around.changed(owner);
  }
}

interface Rows {
  hashes: string[];
  bodies: string[];
  vectors: number[];
}

interface Filling {
  owner: string;
  entry: Owner;
  facts: VectorFacts;
  model: ModelEntry;
  signal: AbortSignal;
}

function fresh(): Owner {
  return {
    ...{
      status: 'waiting',
      done: 0,
      total: 0,
      answering: null,
      embedder: null,
      meter: undefined,
      error: null,
    },
    ...{ stale: false, failures: 0, rebuilds: 0, retry: undefined },
  };
}

function tableOf(facts: VectorFacts | null): string {
  if (!facts) return '';
  const { embedderId, modelHash, dimensions, chunker } = facts;
  return JSON.stringify([embedderId, modelHash, dimensions, chunker]);
}

function stopReason(): AppError {
  return new AppError('conflict', 'Making vectors was stopped.');
}
